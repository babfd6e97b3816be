// Python environments beside the one that runs.
#pragma once

#include <optional>

#include "causes/support/framework_releases.h"

namespace gpuwhy {

struct GpuEnvironment {
  const PythonEnvironment* environment = nullptr;
  const FrameworkBuild* build = nullptr;
};
// The nearest inactive environment with a CUDA build of this framework whose listing does not come out empty.
std::optional<GpuEnvironment> find_gpu_environment(const Snapshot& snapshot, FrameworkKind framework);

// Starts the shell's or the notebook's work in that environment.
Remedy activate(const PythonEnvironment& environment);

}  // namespace gpuwhy
