// The gates of every framework in every environment, played through on a snapshot. Pure.
#pragma once

#include <vector>

#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy {

// One prediction for each framework of each environment, in the snapshot's order.
std::vector<Prediction> predict_all(const Snapshot& snapshot);

// `environment` is an index into snapshot.environments.
Prediction predict(const Snapshot& snapshot, std::size_t environment, const FrameworkBuild& build);

// The driver library that this build would open ("libcuda.so.1" resolved for the object that asks), as a file with links
// followed; "" when the loader finds none. The engine asks the driver behind it.
std::string driver_file(const Snapshot& snapshot, std::size_t environment, const FrameworkBuild& build);

// "TensorFlow", "PyTorch"
std::string_view display_name(FrameworkKind framework);
// "tensorflow", "torch": in JSON and for --framework
std::string_view slug(FrameworkKind framework);

}  // namespace gpuwhy
