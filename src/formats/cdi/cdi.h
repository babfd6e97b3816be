// Specifications of the Container Device Interface: which host files a container engine mounts for a device such as nvidia.com/gpu=0.
// Format: https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md, as YAML or JSON.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::cdi {

struct Specification {
  std::string kind;                  // "nvidia.com/gpu"
  std::vector<std::string> devices;  // "0", "all", in their order
  std::vector<std::string> nodes;    // device files on the host, each once
  std::vector<std::string> files;    // other host files that it mounts or starts, each once
  std::string driver_version;        // "570.124.06" of libcuda.so.570.124.06 (or another library of the driver), "" when none is named
  std::string problem;               // why it cannot be read; "" = it was read
};

// JSON when it begins with a brace, YAML otherwise.
Specification parse_specification(Bytes bytes);

}  // namespace gpuwhy::cdi
