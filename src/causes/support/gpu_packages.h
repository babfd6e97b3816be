// What brings the GPU build of a framework whose package does not come in variants of one name: JAX (a plugin beside it), ONNX Runtime and
// CuPy (another package). The CUDA major is chosen by the driver, the cards and what the environment holds already.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "causes/support/cause.h"

namespace gpuwhy {

// 12 or 13 for `pip install 'jax[cuda12]'`: 13 only where driver and cards reach it and no CUDA 12 libraries of another framework are here.
int cuda_major_for(const Snapshot& snapshot, const PythonEnvironment& environment);

// "jax[cuda12]==0.10.2", "onnxruntime-gpu[cuda,cudnn]==1.26.*", "cupy-cuda12x[ctk]", "tensorflow[and-cuda]==2.20.0", "torch": what gives
// the GPU build of this release ("" = the newest that fits) for that CUDA major.
std::string gpu_requirement(FrameworkKind framework, int cuda_major, std::string_view release = {});

// Puts the GPU build of JAX, ONNX Runtime or CuPy for that CUDA major in the place of what is installed, of the same release where one is
// known. Nothing for other frameworks.
std::optional<Remedy> replace_build(const FrameworkContext& context, int cuda_major);

// Writes what is installed again, with the libraries that it requires, whatever the framework is.
Remedy reinstall_build(const FrameworkContext& context, std::string title);

// Removes packages first: two that own the same files must not meet. conda does it by itself.
void uninstall_first(Remedy& remedy, const PythonEnvironment& environment, const std::vector<std::string>& packages);

}  // namespace gpuwhy
