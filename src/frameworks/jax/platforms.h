// Which platforms JAX would start, and which of them jax.devices() lists, by its environment variables. Pure. JAX_CUDA_VISIBLE_DEVICES
// is none of them: that setting is a flag of jax.config alone. Source: the behaviour of jax 0.4.30 to 0.10.2 (jax/_src/xla_bridge.py:
// backends, canonicalize_platform; jax/_src/config.py).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gpuwhy::frameworks::jax {

struct PlatformChoice {
  bool is_named = false;    // JAX_PLATFORMS is set and not empty: each named platform must start, or JAX raises
  bool starts_cuda = true;  // CUDA is among those that JAX tries
  bool lists_cuda = true;   // jax.devices() would list CUDA's devices, when they start
  // The first named platform that no installed package offers ("cdua", "rocm"; "gpu" stands for cuda, rocm and oneapi); JAX raises there.
  std::string unknown_platform;
  bool unknown_before_cuda = false;  // it stands before cuda in the list
  bool only_cuda = false;            // JAX_PLATFORMS names nothing else: without device files nothing is left, and JAX raises
  // JAX_PLATFORM_NAME=cuda or gpu: jax.devices() raises where CUDA did not start.
  bool insists_on_cuda = false;
  std::string variable, value;  // the variable that decides; "" when none does
};

// The values of JAX_PLATFORMS and JAX_PLATFORM_NAME; nothing where one is not set.
PlatformChoice choose_platforms(std::optional<std::string_view> platforms, std::optional<std::string_view> platform_name);

}  // namespace gpuwhy::frameworks::jax
