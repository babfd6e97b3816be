#include "causes/support/library_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/cause.h"

namespace gpuwhy {

std::string soname_family(std::string_view soname) {
  std::size_t at = soname.find(".so");
  return at == std::string_view::npos ? std::string(soname) : std::string(soname.substr(0, at)) + ".so.";
}

bool is_cudnn(std::string_view soname) { return soname.starts_with("libcudnn"); }

bool is_cuda_library(std::string_view soname) {
  constexpr std::array<std::string_view, 15> stems = {"libcudart", "libcublas",   "libcufft", "libcusolver", "libcusparse", "libcurand",   "libnvJitLink", "libnvrtc",
                                                      "libcupti",  "libnccl",     "libnvToolsExt", "libnvtx",     "libnvshmem",  "libcufile", "libcusparseLt"};
  return std::ranges::any_of(stems, [&](std::string_view stem) { return soname.starts_with(stem); });
}

std::vector<const Candidate*> other_versions(const FrameworkContext& context, std::string_view soname) {
  std::string family = soname_family(soname);
  std::vector<const Candidate*> found;
  for (const Candidate& candidate : context.snapshot.libraries.candidates) {
    std::string_view name = path::filename(candidate.path);
    if (name == soname || !name.starts_with(family) || candidate.state != CandidateState::loadable) continue;
    // libcudnn.so.9.10.2 is the file behind libcudnn.so.9, not another version.
    if (name.starts_with(std::string(soname) + ".") || candidate.soname == soname) continue;
    found.push_back(&candidate);
  }
  return found;
}

bool has_other_cudnn_major(const FrameworkContext& context, std::string_view soname) {
  return is_cudnn(soname) && !other_versions(context, soname).empty();
}

std::string installed_but_not_searched(const FrameworkContext& context, std::string_view soname) {
  if (!context.environment.search_path.is_known()) return {};
  for (const Candidate* candidate : candidates_for(context.snapshot, soname)) {
    if (candidate->state != CandidateState::loadable) continue;
    for (const std::string& site : *context.environment.search_path)
      if (path::is_inside(candidate->path, path::join(site, "nvidia"))) return candidate->path;
  }
  return {};
}

std::vector<FailedRequest> failed_requests(const FrameworkContext& context, ResolutionState state) {
  std::vector<FailedRequest> found;
  for (const Gate* gate : broken_library_gates(context.prediction)) {
    const Resolution& failure = gate->library->root_failure();
    if (failure.state == state) found.push_back({gate, &failure});
  }
  return found;
}

Remedy reinstall_library(const FrameworkContext& context, const std::string& soname) {
  const PythonEnvironment& environment = context.environment;
  std::string wheel = wheel_for(context.build, soname);
  const Package* installed = wheel.empty() ? nullptr : find_package(environment, wheel);
  Remedy remedy;
  if (installed) {
    remedy = remedies::reinstall(environment, fmt::format("install {} again", wheel), {fmt::format("{}=={}", wheel, installed->version)});
    for (Command& command : remedy.commands)
      if (command.size() > 3 && command[2] == "pip") command.insert(command.begin() + 4, "--no-deps");
  } else if (context.build.framework == FrameworkKind::tensorflow) {
    return remedies::tensorflow_with_cuda(environment, context.build);
  } else {
    // torch's own requirements name the very versions: installing it again brings back what is missing.
    const FrameworkBuild& build = context.build;
    auto version = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
    std::string release = version ? version->text().substr(0, version->text().find('+')) : "";
    std::string index = version && !version->local().empty() ? fmt::format("https://download.pytorch.org/whl/{}", version->local()) : "";
    remedy = remedies::reinstall(environment, "install PyTorch again with the libraries that it requires", {release.empty() ? "torch" : "torch==" + release}, index);
  }
  remedy.check = remedies::check_command(environment, context.build);
  return remedy;
}

}  // namespace gpuwhy
