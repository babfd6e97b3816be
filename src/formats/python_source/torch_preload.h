// Which CUDA libraries `import torch` opens by path before its own extension, read out of torch/__init__.py: since 2.6 it does so even when
// nothing is wrong, so that the copies of the wheels come before any other (pytorch/pytorch issues 138460 and 145580). Three forms are
// known:
//   up to 2.5     only after libtorch_global_deps.so failed to load: nothing to read here
//   2.6 to 2.9    _preload_cuda_deps("cuda_nvrtc", "libnvrtc.so.*[0-9]") and a few more, when the runtime came from a wheel
//   2.10 and on   _preload_cuda_deps(), with a table of (folder, pattern)
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::python_source {

struct TorchPreload {
  std::vector<std::pair<std::string, std::string>> libraries;  // folder below nvidia/, glob pattern of the file: in the order of opening
  std::vector<std::string> conditions;  // texts one of which must be in the map of the process: "nvidia/cuda_runtime/lib/libcudart.so"
  bool stops_at_missing = false;        // the first one that is not there ends it

  bool operator==(const TorchPreload&) const = default;
};

TorchPreload parse_torch_preload(Bytes init_py);

// A name against a pattern of glob(3) as these use it: '*' and one class "[0-9]".
bool matches_glob(std::string_view name, std::string_view pattern);

}  // namespace gpuwhy::python_source
