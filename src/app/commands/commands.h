// One function a command; each returns the exit status.
#pragma once

#include "app/options.h"

namespace gpuwhy::app {

int run_check(const Options& options);
int run_snapshot(const Options& options);
int run_explain(const Options& options);
int run_diff(const Options& options);
int run_arch(const Options& options);
int run_causes(const Options& options);
int run_targets(const Options& options);
int run_schema(const Options& options);
int run_completion(const Options& options);
int run_version();

}  // namespace gpuwhy::app
