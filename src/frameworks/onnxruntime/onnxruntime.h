// ONNX Runtime as gates: what a session with the provider CUDAExecutionProvider does until its first kernel. Checked against 1.31.1 in 41
// conditions on a made-up driver.
#pragma once

#include "frameworks/common/process.h"
#include "model/prediction.h"

namespace gpuwhy::frameworks::onnxruntime {

// sees_gpus is what one session gets: 1 or 0. get_available_providers() is a call of its own: it names what is compiled in, whatever loads.
Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process);

// Replays the import and the provider and returns the request for the driver library.
Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build);

}  // namespace gpuwhy::frameworks::onnxruntime
