// CuPy as gates: cupy.cuda.runtime.getDeviceCount(), then the first kernel, which NVRTC compiles. Its CUDA runtime is part of its own
// extension module, so listing needs the driver alone. Checked against 14.2.0 in 41 conditions on a made-up driver.
#pragma once

#include "frameworks/common/process.h"
#include "model/prediction.h"

namespace gpuwhy::frameworks::cupy {

// Where the runtime refuses, getDeviceCount() raises CUDARuntimeError: that counts as the answer 0, and the error is in the gate's line.
Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process);

// Replays the import and returns the request for the driver library.
Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build);

}  // namespace gpuwhy::frameworks::cupy
