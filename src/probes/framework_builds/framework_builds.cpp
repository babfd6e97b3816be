#include "probes/framework_builds/framework_builds.h"

#include "probes/framework_builds/builds.h"

namespace gpuwhy {

void probe_framework_builds(Machine& machine, PythonEnvironment& environment) {
  environment.frameworks.clear();
  if (!environment.search_path.is_known()) return;
  for (auto read : {read_tensorflow_build, read_torch_build, read_jax_build, read_onnxruntime_build, read_cupy_build})
    if (auto build = read(machine, environment)) environment.frameworks.push_back(std::move(*build));
}

}  // namespace gpuwhy
