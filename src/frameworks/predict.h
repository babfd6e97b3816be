// The gates of every framework in every environment, played through on a snapshot. Pure.
#pragma once

#include <vector>

#include "frameworks/common/cuda_copies.h"
#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy {

// One prediction for each framework of each environment, in the snapshot's order.
std::vector<Prediction> predict_all(const Snapshot& snapshot);

// `environment` is an index into snapshot.environments.
Prediction predict(const Snapshot& snapshot, std::size_t environment, const FrameworkBuild& build);

// The same in a process that imports the frameworks of `import_order` (slugs) one after the other, and with what that process holds when
// this framework has listed its GPUs. An empty order, or one without this framework: it is alone.
struct Played {
  Prediction prediction;
  std::vector<frameworks::CudaCopy> copies;
  frameworks::CudnnParts cudnn;
};
Played play(const Snapshot& snapshot, std::size_t environment, const FrameworkBuild& build, const std::vector<std::string>& import_order);

// The driver library that this build would open ("libcuda.so.1" resolved for the object that asks), as a file with links
// followed; "" when the loader finds none. The engine asks the driver behind it.
std::string driver_file(const Snapshot& snapshot, std::size_t environment, const FrameworkBuild& build);

// The framework with this slug in that environment; nullptr when it is not installed there.
const FrameworkBuild* find_build(const PythonEnvironment& environment, std::string_view slug);

// "TensorFlow", "PyTorch"
std::string_view display_name(FrameworkKind framework);
// "tensorflow", "torch": in JSON and for --framework
std::string_view slug(FrameworkKind framework);

}  // namespace gpuwhy
