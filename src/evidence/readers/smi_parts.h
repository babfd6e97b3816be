// The forms in which nvidia-smi and its kin print what they know. Each part finds its own lines and leaves the others alone.
#pragma once

#include <span>

#include "evidence/clues.h"
#include "evidence/line.h"

namespace gpuwhy {

void read_smi_tables(std::span<const Line> lines, Clues& clues);   // the table that nvidia-smi prints by default; nvitop
void read_smi_lists(std::span<const Line> lines, Clues& clues);    // nvidia-smi -L, gpustat, --version, "No devices were found"
void read_smi_report(std::span<const Line> lines, Clues& clues);   // nvidia-smi -q
void read_smi_queries(std::span<const Line> lines, Clues& clues);  // nvidia-smi --query-gpu=... --format=csv

}  // namespace gpuwhy
