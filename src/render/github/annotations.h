// Report -> workflow commands of GitHub Actions ("Workflow commands for GitHub Actions", setting error and notice messages): what is found
// stands as annotations beside the job's log. Pure.
#pragma once

#include <string>

#include "model/comparison.h"
#include "model/report.h"

namespace gpuwhy {

std::string render_github(const Report& report);
std::string render_github(const Comparison& comparison);  // one annotation

}  // namespace gpuwhy
