// TensorFlow 2.10 to 2.21 as gates. Order and behaviour: tensorflow/core/common_runtime/gpu/gpu_device.cc, dlopen_checker.cc and
// dso_loader.cc, and what the real builds did on a fake driver (tests/oracle).
#pragma once

#include "base/version.h"
#include "frameworks/common/process.h"
#include "model/prediction.h"

namespace gpuwhy::frameworks::tensorflow {

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process);

Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build);

// The libraries that TensorFlow opens by name before it registers a GPU, in its order. Source: framework_libs.tsv (dso_loader.cc, wheels).
std::vector<std::string> required_libraries(int cuda_major, int cudnn_major, const Version& release);

}  // namespace gpuwhy::frameworks::tensorflow
