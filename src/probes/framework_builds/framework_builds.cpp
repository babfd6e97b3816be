#include "probes/framework_builds/framework_builds.h"

#include "probes/framework_builds/builds.h"

namespace gpuwhy {

void probe_framework_builds(Machine& machine, PythonEnvironment& environment) {
  environment.frameworks.clear();
  if (!environment.search_path.is_known()) return;
  if (auto build = read_tensorflow_build(machine, environment)) environment.frameworks.push_back(std::move(*build));
  if (auto build = read_torch_build(machine, environment)) environment.frameworks.push_back(std::move(*build));
}

}  // namespace gpuwhy
