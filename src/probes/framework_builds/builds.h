// One reader for each framework.
#pragma once

#include <optional>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Nothing when the framework is not installed in any form.
std::optional<FrameworkBuild> read_tensorflow_build(Machine& machine, PythonEnvironment& environment);
std::optional<FrameworkBuild> read_torch_build(Machine& machine, PythonEnvironment& environment);
std::optional<FrameworkBuild> read_jax_build(Machine& machine, PythonEnvironment& environment);
std::optional<FrameworkBuild> read_onnxruntime_build(Machine& machine, PythonEnvironment& environment);
std::optional<FrameworkBuild> read_cupy_build(Machine& machine, PythonEnvironment& environment);

}  // namespace gpuwhy
