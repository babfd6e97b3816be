// The packages that JAX is made of: jax (Python alone), jaxlib (the compiler and the CPU), and since 0.4.22 a plugin for each CUDA in two
// packages, jax-cudaNN-plugin (SITE/jax_cudaNN_plugin: extension modules) and jax-cudaNN-pjrt (SITE/jax_plugins/xla_cudaNN: the device
// client). Before 0.4.30 a jaxlib could hold the CUDA code itself and said so in its version: 0.4.14+cuda12.cudnn89. Sources: the wheels of
// 0.4.26 to 0.10.2.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// The plugins that exist, in the order in which JAX tries them.
inline constexpr int jax_cuda_majors[] = {13, 12, 11};

// A package folder with its version, as its own version.py says (that is what JAX compares), else its dist-info. `folder` is "" when only
// the dist-info is there; nothing when neither is.
std::optional<FrameworkPart> read_jax_part(Machine& machine, const PythonEnvironment& environment, const std::string& folder_name,
                                           std::string_view distribution);

// "0.10.1" of jax/version.py: an older jaxlib makes the import raise; "" when it does not say.
std::string read_minimum_jaxlib(Machine& machine, const std::string& jax_folder);

// "12" and "89" of a jaxlib of the version 0.4.14+cuda12.cudnn89; nothing for one without CUDA code.
struct MonolithicCuda {
  std::string cuda, cudnn;  // "12", "11.8"; "8.9"
};
std::optional<MonolithicCuda> parse_monolithic_jaxlib(std::string_view version);

// An extension module: plain, for the stable ABI, or tagged for this Python; "" when there is none.
std::string find_jax_extension(Machine& machine, const PythonEnvironment& environment, const std::string& folder, std::string_view name);

}  // namespace gpuwhy
