// ONNX Runtime as gates.
#pragma once

#include "frameworks/common/process.h"
#include "model/prediction.h"

namespace gpuwhy::frameworks::onnxruntime {

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process);

// Replays the import and returns the request for the driver library.
Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build);

}  // namespace gpuwhy::frameworks::onnxruntime
