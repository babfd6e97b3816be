// Packages of different names that write into the folder of one framework.
#pragma once

#include <string>
#include <vector>

#include "causes/support/cause.h"

namespace gpuwhy {

struct PackageConflict {
  std::vector<const Package*> packages;  // those that write into the folder, by name; fewer than two: no conflict
  const Package* gpu = nullptr;          // the one to keep: the GPU build's; nullptr when none of them is one
  bool conda_and_pip = false;            // one is conda's, the other pip's
};
PackageConflict find_conflict(const FrameworkContext& context);

// "onnxruntime 1.32.0 and onnxruntime-gpu 1.31.1"
std::string words(const PackageConflict& conflict);
// Who installed each, which was the last, and whose files lie in the folder.
std::vector<std::string> describe(const PackageConflict& conflict, const FrameworkContext& context);
// Removes all of them and installs the one to keep by force.
Remedy keep_one(const PackageConflict& conflict, const FrameworkContext& context);

// --- packages that are no framework of gpuwhy's: PaddlePaddle, XGBoost ---
struct SharedFolder {
  const Package *cpu, *gpu;  // both are installed there
  std::string folder;        // what both write into
};
std::vector<SharedFolder> find_shared_folders(const PythonEnvironment& environment);
// The package of the two that was written last; nullptr where their times do not tell.
const Package* last_of(const SharedFolder& shared);
std::vector<std::string> describe(const SharedFolder& shared);
Remedy keep_gpu_package(const SharedFolder& shared, const PythonEnvironment& environment);

}  // namespace gpuwhy
