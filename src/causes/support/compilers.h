// ptxas and libdevice for XLA: is it used at all, and which copy would it find. Sources: the search of TensorFlow 2.11 to 2.21 and of jax
// 0.4.31 to 0.12 (framework_libs.tsv): --xla_gpu_cuda_data_dir, CUDA_ROOT and CUDA_HOME (JAX), /usr/local/cuda*, NVIDIA's wheels
// (TensorFlow since 2.14, JAX); for programs PATH too.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "causes/support/cause.h"

namespace gpuwhy {

// Why XLA compiles in a usual program here, in words; nothing where a program would have to ask for it. JAX does always; TensorFlow with
// TF_XLA_FLAGS, and from 2.16 on through Keras 3, whose fit() compiles by default.
std::optional<std::string> reason_for_xla(const FrameworkContext& context);

// The first file of that name that XLA of this framework looks at; nullptr when there is none among the known ones.
const CompilerFile* find_searched(const FrameworkContext& context, std::string_view name);
// The first one anywhere: that it does not look at, when find_searched() has none.
const CompilerFile* find_anywhere(const FrameworkContext& context, std::string_view name);

// Installs the wheel that holds the compiler's files for this build.
Remedy install_compiler(const FrameworkContext& context, std::string title);
// XLA_FLAGS with the folder in which a file lies: ".../nvvm/libdevice/libdevice.10.bc" or ".../bin/ptxas".
Remedy point_xla_at(const FrameworkContext& context, const CompilerFile& file);

}  // namespace gpuwhy
