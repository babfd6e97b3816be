#include "frameworks/packages/libraries.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/version.h"
#include "facts/facts.h"
#include "frameworks/common/gates.h"
#include "frameworks/packages/packages.h"
#include "frameworks/tensorflow/tensorflow.h"

namespace gpuwhy::frameworks::packages {

namespace {

const std::vector<Package>& packages_of(const PythonEnvironment& environment) {
  static const std::vector<Package> none;
  return environment.packages.is_known() ? *environment.packages : none;
}

const Package* find(const PythonEnvironment& environment, std::string_view name) {
  auto found = std::ranges::find(packages_of(environment), name, &Package::name);
  return found == packages_of(environment).end() ? nullptr : &*found;
}

std::optional<int> major_of(const Fact<std::string>& text) {
  auto parsed = text.is_known() ? Version::parse(*text) : std::nullopt;
  return parsed ? std::optional(parsed->major()) : std::nullopt;
}

bool is_cudnn(std::string_view soname) { return soname.starts_with("libcudnn."); }

struct Wanted {
  std::string soname;
  int cuda_major = 0, cudnn_major = 0;
  bool wheels_count = true;  // this release looks into the folders of NVIDIA's wheels
};

// Whose package brings it: a wheel of this environment, else a package of the image's system.
const Package* find_bringer(const PythonEnvironment& environment, const Wanted& wanted) {
  const facts::WheelLibrary* wheel = facts::find_wheel_for(wanted.soname, wanted.cuda_major);
  const Package* brought = wheel && wanted.wheels_count ? find(environment, wheel->wheel) : nullptr;
  auto version = brought ? Version::parse(brought->version) : std::nullopt;
  if (brought && (!is_cudnn(wanted.soname) || (version && version->major() == wanted.cudnn_major))) return brought;
  for (const Package& package : packages_of(environment)) {
    if (package.installer != system_installer) continue;
    auto of_system = Version::parse(package.version);
    bool is_right = is_cudnn(wanted.soname)
                        ? package.name.starts_with("libcudnn") && of_system && of_system->major() == wanted.cudnn_major
                        : package.name.starts_with("cuda-cudart-") && of_system && of_system->major() == wanted.cuda_major;
    if (is_right) return &package;
  }
  return nullptr;
}

bool is_unsaid(const Snapshot& snapshot, const Wanted& wanted) {
  std::string_view name = is_cudnn(wanted.soname) ? unsaid_cudnn : unsaid_toolkit;
  return std::ranges::any_of(snapshot.unread, [&](const Unread& unread) { return unread.fact == name; });
}

// "libcudnn.so.9" -> "open-cudnn"
std::string name_of_gate(const std::string& soname) { return "open-" + to_lower(soname.substr(3, soname.find('.') - 3)); }

Gate library_gate_of(const Snapshot& snapshot, const PythonEnvironment& environment, const Wanted& wanted) {
  Resolution resolution;
  resolution.name = wanted.soname;
  // A target has no files of its own: one that is there was put there by a cure or a difference that is played through.
  auto played = std::ranges::find(snapshot.libraries.candidates, wanted.soname, &Candidate::soname);
  if (played != snapshot.libraries.candidates.end()) {
    resolution.state = ResolutionState::found;
    resolution.path = resolution.real_path = played->path;
    return library_gate(name_of_gate(wanted.soname), Layer::cuda_libraries, resolution, true, "");
  }
  const Package* brought = find_bringer(environment, wanted);
  if (brought) {
    resolution.state = ResolutionState::found;
    resolution.path = resolution.real_path = fmt::format("{} {}", brought->name, brought->version);
  } else if (is_unsaid(snapshot, wanted)) {
    resolution.state = ResolutionState::cannot_tell;
    resolution.detail = "nobody published whether this image holds it";
  }
  Gate gate = library_gate(name_of_gate(wanted.soname), Layer::cuda_libraries, resolution, true, "");
  if (brought) {
    gate.summary = fmt::format("{} comes with {} {}", wanted.soname, brought->name, brought->version);
    gate.library.reset();  // no file was looked at
  }
  gate.evidence = {{Source::package, brought ? brought->location : environment.prefix, gate.summary}};
  return gate;
}

std::vector<std::string> sonames_of(const FrameworkBuild& build, int cuda, std::optional<int> cudnn) {
  auto release = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  if (build.framework == FrameworkKind::tensorflow && release && cudnn) return tensorflow::required_libraries(cuda, *cudnn, *release);
  std::vector<std::string> names = {cuda == 11 ? "libcudart.so.11.0" : fmt::format("libcudart.so.{}", cuda)};
  if (build.framework == FrameworkKind::cupy) names = {cuda == 11 ? "libnvrtc.so.11.2" : fmt::format("libnvrtc.so.{}", cuda)};
  else if (cudnn) names.push_back(fmt::format("libcudnn.so.{}", *cudnn));
  return names;
}

bool looks_into_wheels(const FrameworkBuild& build) {
  if (build.framework != FrameworkKind::tensorflow || !build.version.is_known()) return true;
  auto release = Version::parse(*build.version);
  const facts::TensorflowRelease* row = release ? facts::find_tensorflow(*release) : nullptr;
  return !row || row->runpath_nvidia_wheels != "no";
}

}  // namespace

std::vector<Gate> library_gates(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build) {
  if (build.framework == FrameworkKind::torch) return {};
  auto cuda = major_of(build.cuda_version), cudnn = major_of(build.cudnn_version);
  std::vector<Gate> gates;
  if (!cuda) {
    Gate gate;
    gate.name = "open-cudart", gate.layer = Layer::cuda_libraries, gate.state = GateState::unknown;
    gate.summary = "which CUDA libraries this build opens is not known";
    return {gate};
  }
  for (const std::string& soname : sonames_of(build, *cuda, cudnn))
    gates.push_back(library_gate_of(snapshot, environment, {soname, *cuda, cudnn.value_or(0), looks_into_wheels(build)}));
  return gates;
}

std::optional<Gate> missing_requirement(const PythonEnvironment& environment, const FrameworkBuild& build) {
  bool is_whole = environment.kind != image_kind && environment.kind != project_kind && environment.packages.is_known();
  auto release = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  if (!is_whole || build.framework != FrameworkKind::torch || !release) return std::nullopt;
  const facts::TorchRelease* row = facts::find_torch(*release, release->local(), "x86_64");
  if (!row) return std::nullopt;
  for (std::string_view pin : split(row->nvidia_pins, ';')) {
    std::string_view name = trim(pin.substr(0, pin.find("==")));
    if (!name.starts_with("nvidia-") || pin.find("==") == std::string_view::npos || find(environment, name)) continue;
    // The shortest name stands for the wheel: libnvrtc.so.12, not the table of its built-in functions.
    Resolution missing;
    for (const facts::WheelLibrary& library : facts::wheel_libraries())
      if (library.wheel == name && (missing.name.empty() || library.soname.size() < missing.name.size())) missing.name = library.soname;
    if (missing.name.empty()) continue;
    Gate gate = library_gate("import", Layer::framework_build, missing, true, fmt::format("ImportError: {}", missing.loader_message()));
    gate.summary = fmt::format("{} is required and not in this environment", name);
    gate.evidence = {{Source::package, fmt::format("facts: torch {}+{}", row->release, row->variant), std::string(pin)}};
    return gate;
  }
  return std::nullopt;
}

}  // namespace gpuwhy::frameworks::packages
