// An answer in the format that was asked for, delivered; the exit status.
#pragma once

#include "app/options.h"
#include "engine/compare.h"
#include "model/comparison.h"
#include "model/report.h"
#include "model/snapshot.h"

namespace gpuwhy::app {

// What leaves the user's own terminal: it is redacted unless --no-redact was given.
bool is_shared(const Options& options);

// `snapshot`: what the report was made from, for formats that take it along; nullptr: there is none that can be judged again.
int answer_with(const Report& report, const Options& options, const Snapshot* snapshot = nullptr);

// Of the sides `a` and `b`, in the order of the command line.
int answer_with(const Comparison& comparison, const Side& a, const Side& b, const Options& options);

}  // namespace gpuwhy::app
