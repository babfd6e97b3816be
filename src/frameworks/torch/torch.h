// PyTorch 1.13 to 2.15 as gates. Order and behaviour: torch/__init__.py (_load_global_deps, _preload_cuda_deps), torch/cuda/__init__.py,
// and what the real builds did on a fake driver (tests/oracle).
#pragma once

#include "frameworks/common/process.h"
#include "model/prediction.h"

namespace gpuwhy::frameworks::torch {

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process);

// Replays `import torch` and returns the request for the driver library that the CUDA runtime makes.
Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build);

}  // namespace gpuwhy::frameworks::torch
