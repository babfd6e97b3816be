// The parts of an installed JAX: which packages it consists of, whether their versions fit, and which of its files does what.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.h"

namespace gpuwhy::frameworks::jax {

// nullptr when the build has no such part. Names: "jaxlib", "jaxlib-minimum" (the oldest jaxlib that this jax takes), "jax-cuda12-plugin",
// "jax-cuda12-pjrt".
const FrameworkPart* find_part(const FrameworkBuild& build, std::string_view name);

// CUDA majors whose client (pjrt) or extension modules (plugin) have a folder, the newest first.
std::vector<int> majors_of(const FrameworkBuild& build, std::string_view kind);

// The jaxlib holds the CUDA code itself (before 0.4.30).
bool is_monolithic(const FrameworkBuild& build);

// Versions equal in their numbers, as JAX compares them: "0.4.34" and "0.4.34.dev1" are.
bool same_release(std::string_view one, std::string_view other);

// What `import jax` raises because of the version of jaxlib; "" when it takes it, or nobody can tell.
std::string jaxlib_refusal(const FrameworkBuild& build);

// What `pip install 'jax[cudaNN]'` makes of this build below `site`: all parts of jax's own version, one plugin, a CUDA build. Returns the
// libraries that stand in the plugin's folders then; build.objects names them.
std::vector<std::string> install_plugin(FrameworkBuild& build, const std::string& site, int cuda_major);

// What importing maps (jaxlib's modules), and the plugin's files; "" where one is not there.
struct Objects {
  std::vector<std::string> imported;
  std::string versions, extension, client;  // _versions.so, cuda_plugin_extension.so, xla_cuda_plugin.so
};
Objects objects_of(const FrameworkBuild& build);

}  // namespace gpuwhy::frameworks::jax
