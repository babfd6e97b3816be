// A report in the format that was asked for, delivered; the exit status.
#pragma once

#include "app/options.h"
#include "model/report.h"

namespace gpuwhy::app {

int answer_with(const Report& report, const Options& options);

}  // namespace gpuwhy::app
