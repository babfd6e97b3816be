// A saved answer of ours, schema gpuwhy.report/1, read back as far as people read it: the verdict, the findings, the next check.
#pragma once

#include <string>

#include "base/result.h"
#include "model/report.h"

namespace gpuwhy::app {

Result<Report> read_report(const std::string& text);

}  // namespace gpuwhy::app
