// Which CUDA libraries a framework of an environment would find, by packages: the wheels of the environment and the toolkit of the image.
#pragma once

#include <optional>
#include <vector>

#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy::frameworks::packages {

// One gate for each library that the framework opens by name, as its own gates call them ("open-cudart", "open-cudnn"). None for torch,
// whose wheels bring or require theirs.
std::vector<Gate> library_gates(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build);

// The failed gate "import" of a torch whose required wheel is not in a list that is the whole one.
std::optional<Gate> missing_requirement(const PythonEnvironment& environment, const FrameworkBuild& build);

}  // namespace gpuwhy::frameworks::packages
