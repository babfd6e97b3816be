#include "causes/support/cudnn_version.h"

#include <fmt/format.h>

#include "base/path.h"

namespace gpuwhy {

namespace {

std::string wheel_of(const FrameworkContext& context) {
  const Fact<std::string>& cudnn = context.build.cudnn_version;
  auto parsed = cudnn.is_known() ? Version::parse(*cudnn) : std::nullopt;
  return parsed ? wheel_for(context.build, fmt::format("libcudnn.so.{}", parsed->major())) : "";
}

const Package* find_cudnn_package(const PythonEnvironment& environment) {
  if (!environment.packages.is_known()) return nullptr;
  for (const Package& package : *environment.packages)
    if (package.name.starts_with("nvidia-cudnn-cu")) return &package;
  return nullptr;
}

// A framework of conda is built against conda's cuDNN, which the tables do not tell.
bool is_vendors_wheel(const FrameworkContext& context) {
  const Package* package = find_package(context.environment, context.build.distribution);
  return package && package->installer != "conda";
}

}  // namespace

OpenedCudnn opened_cudnn(const FrameworkContext& context) {
  OpenedCudnn opened;
  for (std::string_view name : {"open-cudnn", "open-cudnn-parts"}) {
    const Gate* gate = context.prediction.find_gate(name);
    if (!gate || gate->state != GateState::passed || !gate->library || !is_cudnn(path::filename(gate->library->path))) continue;
    opened.path = path::normalised(gate->library->path);
    opened.by_variable = gate->library->rule == SearchRule::ld_library_path;
    const Candidate* file = context.snapshot.libraries.find(opened.path);
    std::string real = file && !file->real_path.empty() ? file->real_path : opened.path;
    if (std::string words = driver_version_of_file(real); !words.empty()) {  // libcudnn.so.9.1.1
      opened.version = Version::parse(words);
      opened.evidence = {Source::file, real, {}};
      return opened;
    }
    const Package* package = find_cudnn_package(context.environment);
    if (!package || !is_in_environment(context.environment, opened.path) || opened.path.find("/nvidia/cudnn/") == std::string::npos)
      return opened;
    opened.version = Version::parse(package->version);
    opened.evidence = {Source::package, package->location, package->version};
    return opened;
  }
  return opened;
}

std::optional<Version> needed_cudnn(const FrameworkContext& context) {
  const Fact<std::string>& words = context.build.cudnn_version;
  auto told = words.is_known() ? Version::parse(*words) : std::nullopt;
  if (told && told->size() >= 2) return told;
  auto release = context.build.version.is_known() ? Version::parse(*context.build.version) : std::nullopt;
  if (context.build.framework != FrameworkKind::tensorflow || !release || !is_vendors_wheel(context)) return std::nullopt;
  const facts::TensorflowRelease* row = facts::find_tensorflow(*release);
  auto listed = row ? Version::parse(row->cudnn) : std::nullopt;
  return listed && listed->size() >= 2 ? listed : std::nullopt;
}

Remedy update_cudnn(const FrameworkContext& context, const Version& needed) {
  std::string wheel = wheel_of(context);
  if (wheel.empty()) wheel = "nvidia-cudnn-cu12";
  bool pinned = needed.size() >= 3;
  std::string requirement = pinned ? fmt::format("{}=={}", wheel, needed.text())
                                   : fmt::format("{}>={}.{},<{}", wheel, needed.major(), needed.minor(), needed.major() + 1);
  std::string title = fmt::format("install cuDNN {}.{}{}", needed.major(), needed.minor(), pinned ? "" : " or newer");
  Remedy remedy = remedies::install(context.environment, title, {requirement});
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

}  // namespace gpuwhy
