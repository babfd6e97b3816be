#include "causes/support/compilers.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"

namespace gpuwhy {

namespace {

constexpr std::string_view data_dir_flag = "--xla_gpu_cuda_data_dir=";

bool is_jax(const FrameworkContext& context) { return context.build.framework == FrameworkKind::jax; }

Version release_of(const FrameworkContext& context) {
  auto parsed = context.build.version.is_known() ? Version::parse(*context.build.version) : std::nullopt;
  return parsed ? *parsed : version("0");
}

bool is_below_data_dir(const Snapshot& snapshot, const std::string& file) {
  const std::string* flags = snapshot.variable("XLA_FLAGS");
  if (!flags) return false;
  for (std::string_view word : split(*flags, ' '))
    if (word.starts_with(data_dir_flag) && path::is_inside(file, path::normalised(word.substr(data_dir_flag.size())))) return true;
  return false;
}

bool is_below_variable(const Snapshot& snapshot, std::string_view name, const std::string& file) {
  const std::string* root = snapshot.variable(std::string(name));
  return root && root->starts_with('/') && path::is_inside(file, path::normalised(*root));
}

bool is_on_path(const Snapshot& snapshot, const std::string& file) {
  const std::string* list = snapshot.variable("PATH");
  if (!list) return false;
  return std::ranges::any_of(split(*list, ':'), [&](std::string_view folder) { return path::normalised(folder) == path::parent(file); });
}

bool is_condas(const FrameworkContext& context) {
  const Package* package = find_package(context.environment, context.build.distribution);
  return context.environment.kind == "conda" && package && package->installer == "conda";
}

bool is_searched(const FrameworkContext& context, const CompilerFile& file) {
  const Snapshot& snapshot = context.snapshot;
  if (file.path.starts_with("/usr/local/cuda") || is_below_data_dir(snapshot, file.path)) return true;
  if (is_jax(context) && (is_below_variable(snapshot, "CUDA_ROOT", file.path) || is_below_variable(snapshot, "CUDA_HOME", file.path)))
    return true;
  bool is_program = !file.name.ends_with(".bc");
  if (is_program && is_on_path(snapshot, file.path)) return true;
  if (!is_in_environment(context.environment, file.path)) return false;
  // conda's builds know their prefix; pip's in a conda environment do not.
  if (file.path.find("-packages/nvidia/") == std::string::npos) return is_condas(context);
  return is_jax(context) || release_of(context) >= version("2.14");
}

}  // namespace

std::optional<std::string> reason_for_xla(const FrameworkContext& context) {
  if (is_jax(context)) return "JAX compiles every function with XLA";
  if (context.build.framework != FrameworkKind::tensorflow) return std::nullopt;
  const std::string* flags = context.snapshot.variable("TF_XLA_FLAGS");
  if (flags && flags->find("tf_xla_auto_jit") != std::string::npos) return fmt::format("TF_XLA_FLAGS={} turns XLA on", *flags);
  const Package* keras = find_package(context.environment, "keras");
  auto release = keras ? Version::parse(keras->version) : std::nullopt;
  if (release && release->major() >= 3 && release_of(context) >= version("2.16"))
    return fmt::format("Keras {} compiles with XLA by default (jit_compile=\"auto\")", keras->version);
  return std::nullopt;
}

const CompilerFile* find_searched(const FrameworkContext& context, std::string_view name) {
  if (!context.environment.compiler_files.is_known()) return nullptr;
  for (const CompilerFile& file : *context.environment.compiler_files)
    if (file.name == name && is_searched(context, file)) return &file;
  return nullptr;
}

const CompilerFile* find_anywhere(const FrameworkContext& context, std::string_view name) {
  if (!context.environment.compiler_files.is_known()) return nullptr;
  for (const CompilerFile& file : *context.environment.compiler_files)
    if (file.name == name) return &file;
  return nullptr;
}

Remedy install_compiler(const FrameworkContext& context, std::string title) {
  auto cuda = context.build.cuda_version.is_known() ? Version::parse(*context.build.cuda_version) : std::nullopt;
  bool is_13 = cuda && cuda->major() >= 13;
  std::vector<std::string> requirements = {"nvidia-cuda-nvcc-cu12"};
  if (is_13) requirements = {"nvidia-cuda-nvcc", "nvidia-nvvm"};
  else if (is_jax(context)) requirements = {"nvidia-cuda-nvcc-cu12>=12.6.85"};
  else if (cuda && cuda->major() == 12) requirements = {fmt::format("nvidia-cuda-nvcc-cu12>={}.{},<13", cuda->major(), cuda->minor())};
  // The package may be recorded although its files are gone, so it is written again.
  Remedy remedy = remedies::reinstall(context.environment, std::move(title), requirements);
  remedy.effects.clear();  // no snapshot can say which of the compiler's files a wheel brings
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

Remedy point_xla_at(const FrameworkContext& context, const CompilerFile& file) {
  std::string_view root = path::parent(path::parent(file.path));
  if (file.name.ends_with(".bc")) root = path::parent(root);
  const std::string* before = context.snapshot.variable("XLA_FLAGS");
  std::string value = fmt::format("{}{}{}{}", before ? *before : "", before && !before->empty() ? " " : "", data_dir_flag, root);
  Remedy remedy = remedies::set_variable("XLA_FLAGS", value, fmt::format("or let XLA look into {}", root));
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

}  // namespace gpuwhy
