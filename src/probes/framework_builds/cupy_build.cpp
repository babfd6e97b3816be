#include "probes/framework_builds/builds.h"

namespace gpuwhy {

std::optional<FrameworkBuild> read_cupy_build(Machine&, PythonEnvironment&) { return std::nullopt; }

}  // namespace gpuwhy
