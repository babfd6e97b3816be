#include "frameworks/common/processor_features.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/version.h"

namespace gpuwhy::frameworks {

namespace {

constexpr std::string_view abort_line =
    "The TensorFlow library was compiled to use AVX instructions, but these aren't available on your machine.";

bool has_level(const Snapshot& snapshot, int level) {
  return std::ranges::find(snapshot.loader.hwcap_folders, fmt::format("glibc-hwcaps/x86-64-v{}", level)) !=
         snapshot.loader.hwcap_folders.end();
}

// 2.33 to 2.36 list a folder for every processor that was read.
bool tells_by_folders(const Snapshot& snapshot) {
  if (!snapshot.host.architecture.is("x86_64") || !snapshot.host.libc.is_known() || !snapshot.host.libc->starts_with("glibc "))
    return false;
  auto libc = Version::parse(std::string_view(*snapshot.host.libc).substr(6));
  return libc && *libc >= version("2.33") && *libc < version("2.37");
}

}  // namespace

std::optional<bool> has_avx(const Snapshot& snapshot) {
  if (has_level(snapshot, 3) || has_level(snapshot, 4)) return true;
  if (!tells_by_folders(snapshot) || snapshot.loader.hwcap_folders.empty() || has_level(snapshot, 2)) return std::nullopt;
  return false;
}

bool is_processor_unread(const Snapshot& snapshot) {
  return snapshot.meta.basis != "root" && tells_by_folders(snapshot) && snapshot.loader.hwcap_folders.empty();
}

bool needs_avx(const PythonEnvironment& environment, const FrameworkBuild& build) {
  if (build.framework != FrameworkKind::tensorflow && build.framework != FrameworkKind::jax) return false;
  if (build.distribution.empty() || !environment.packages.is_known()) return false;  // perhaps a build of one's own
  return std::ranges::any_of(*environment.packages, [&](const Package& package) {
    return package.name == build.distribution && package.installer != "conda" && package.location.ends_with(".dist-info");
  });
}

std::optional<Gate> instruction_gate(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build) {
  if (!needs_avx(environment, build) || has_avx(snapshot) != std::optional(false)) return std::nullopt;
  Gate gate;
  gate.name = "import";
  gate.layer = Layer::framework_build;
  gate.state = GateState::failed;
  gate.summary = "it is built with AVX instructions, which this processor does not have";
  gate.log_line = build.framework == FrameworkKind::tensorflow
                      ? std::string(abort_line)
                      : "RuntimeError: This version of jaxlib was built using AVX instructions, which your CPU and/or operating system do "
                        "not support.";
  gate.evidence.push_back({Source::procfs, "/proc/cpuinfo", "flags: below x86-64-v2"});
  return gate;
}

bool dies_of_instructions(const Gate& gate) {
  return gate.name == "import" && gate.state == GateState::failed && gate.log_line == abort_line;
}

}  // namespace gpuwhy::frameworks
