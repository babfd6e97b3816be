// /proc/driver/nvidia/gpus/*/information: a card as the loaded kernel module knows it. Written by nv-procfs.c of NVIDIA's open kernel
// modules (570.124.06): lines "Name: \t\t value".
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace gpuwhy::driver_proc {

struct GpuInformation {
  std::string model;     // "NVIDIA GeForce RTX 4070"; "Unknown" where it could not be found out
  std::string firmware;  // "570.124.06", "N/A"; "" when there is no such line
  std::string excluded;  // "Yes", "No"; "" when there is no such line
  bool operator==(const GpuInformation&) const = default;
};

// Nothing when the line "Model:" is missing.
std::optional<GpuInformation> parse_information(Bytes bytes);

}  // namespace gpuwhy::driver_proc
