// JAX's CUDA plugin: what its initialize() opens and asks, as gates. Where one of them fails the plugin is not registered, JAX says so on
// stderr and lists only the CPU. Source: jax_plugins/xla_cuda12/__init__.py of 0.6 to 0.10.2, the answers of the real 0.10.2 in 41
// conditions.
#pragma once

#include <string>
#include <vector>

#include "frameworks/common/process.h"
#include "frameworks/jax/parts.h"
#include "model/prediction.h"

namespace gpuwhy::frameworks::jax {

struct PluginStart {
  std::vector<Gate> gates;  // in JAX's order
  Resolution libcuda;
  const DriverAnswers* driver = nullptr;
  bool dies = false;  // a cut library kills the process, or cuDNN aborts it
};

// The libraries of NVIDIA's wheels that the plugin maps by path, before anything else. Failures are swallowed, a cut file kills: true.
bool preload_wheels(const Snapshot& snapshot, const PythonEnvironment& environment, Process& process);

// Maps the extension modules as `import jax` does, the wheels, and plays the version checks unless `is_checked` is false
// (JAX_SKIP_CUDA_CONSTRAINTS_CHECK, or JAX_PLATFORMS without cuda: then the client library is the first that asks the driver).
PluginStart start_plugin(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, bool is_checked,
                         Process& process);

// Only as far as the request for libcuda, which the modules make.
Resolution open_libcuda(const FrameworkBuild& build, Process& process);

}  // namespace gpuwhy::frameworks::jax
