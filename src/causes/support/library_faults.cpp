#include "causes/support/library_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/cause.h"
#include "causes/support/gpu_packages.h"

namespace gpuwhy {

namespace {

bool is_drivers(std::string_view soname) { return soname.starts_with("libcuda.so") || soname.starts_with("libnvidia-"); }

// A folder of site-packages or dist-packages: of this environment or of another one.
bool is_in_packages(std::string_view path) {
  return path.find("/site-packages/") != std::string_view::npos || path.find("/dist-packages/") != std::string_view::npos;
}

bool is_in_another_environment(const FrameworkContext& context, std::string_view path) {
  if (is_in_environment(context.environment, path)) return false;
  if (is_in_packages(path)) return true;
  return std::ranges::any_of(context.snapshot.environments, [&](const PythonEnvironment& other) {
    return other.interpreter != context.environment.interpreter && is_in_environment(other, path);
  });
}

// The folder of LD_LIBRARY_PATH from which this file came; "" when it did not, or when it belongs to the environment.
std::string foreign_folder(const FrameworkContext& context, std::string_view path) {
  const Fact<std::string>& value = context.snapshot.loader.library_path;
  if (path.empty() || !value.is_known() || is_in_environment(context.environment, path)) return {};
  for (std::string_view list : split(*value, ':'))
    for (std::string_view folder : split(list, ';'))
      if (!folder.empty() && path::is_inside(path, path::normalised(folder))) return std::string(folder);
  return {};
}

const Candidate* find_in_environment(const FrameworkContext& context, std::string_view soname, bool loadable) {
  for (const Candidate* file : candidates_for(context.snapshot, soname))
    if ((file->state == CandidateState::loadable) == loadable && is_in_environment(context.environment, file->path)) return file;
  return nullptr;
}

bool has_good_one(const FrameworkContext& context, std::string_view soname, std::string_view but) {
  if (find_in_environment(context, soname, true)) return true;
  // The driver's own library belongs to no environment.
  if (!is_drivers(soname)) return false;
  return std::ranges::any_of(candidates_for(context.snapshot, soname), [&](const Candidate* file) {
    return file->state == CandidateState::loadable && !file->is_driver_stub && file->path != but;
  });
}

bool is_installed(const FrameworkContext& context, std::string_view soname) {
  std::string wheel = wheel_for(context.build, soname);
  return !wheel.empty() && find_package(context.environment, wheel);
}

// A file of the same family with another version: in this environment, or, where this environment has no package of it, anywhere but in
// another environment.
const Candidate* find_other_version(const FrameworkContext& context, std::string_view soname) {
  std::string family = soname_family(soname);
  const Candidate* outside = nullptr;
  for (const Candidate& file : context.snapshot.libraries.candidates) {
    std::string_view name = path::filename(file.path);
    if (name == soname || !name.starts_with(family) || file.state != CandidateState::loadable) continue;
    // libcudnn.so.9.10.2 is the file behind libcudnn.so.9, not another version.
    if (name.starts_with(std::string(soname) + ".") || file.soname == soname) continue;
    if (is_in_environment(context.environment, file.path)) return &file;
    if (!outside && !is_in_another_environment(context, file.path)) outside = &file;
  }
  return is_installed(context, soname) ? nullptr : outside;
}

// "libtorch_cuda.so", asked for by a neighbour: the framework's own file.
bool is_frameworks_own(const FrameworkContext& context, const Resolution& request) {
  constexpr std::array<std::string_view, 6> stems = {"libtorch", "libc10", "libtensorflow", "libjax", "libonnxruntime", "libmosaic_gpu"};
  return is_in_build(context.build, request.caller) &&
         std::ranges::any_of(stems, [&](std::string_view stem) { return request.name.starts_with(stem); });
}

// The order of the decision; see LibraryFault.
FailedLibrary classify(const FrameworkContext& context, const Gate& gate) {
  FailedLibrary failed;
  failed.gate = &gate;
  failed.request = &gate.library->root_failure();
  const Resolution& request = *failed.request;
  // As the loader spells them, these hold "torch/lib/../../nvidia".
  const std::string file_path = path::normalised(request.path), caller = path::normalised(request.caller);
  auto is = [&](LibraryFault fault, std::string_view path, std::string folder = {}) {
    failed.fault = fault;
    failed.path = path;
    failed.folder = std::move(folder);
    return failed;
  };
  if (request.state == ResolutionState::bad_file || request.state == ResolutionState::process_dies) {
    std::string folder = foreign_folder(context, file_path);
    bool breaks_good = !folder.empty() && has_good_one(context, request.name, file_path);
    return is(breaks_good ? LibraryFault::foreign : LibraryFault::damaged, file_path, folder);
  }
  if (request.state != ResolutionState::not_found || is_drivers(request.name)) return failed;
  if (const Candidate* skipped = find_in_environment(context, request.name, false)) return is(LibraryFault::damaged, skipped->path);
  if (is_frameworks_own(context, request)) return is(LibraryFault::damaged, "");
  bool cudnn = is_cudnn(request.name);
  if (!cudnn && !is_cuda_library(request.name)) return failed;
  std::string folder = foreign_folder(context, caller);
  if (!folder.empty() && find_in_environment(context, path::filename(caller), true)) return is(LibraryFault::foreign, caller, folder);
  if (const Candidate* file = find_in_environment(context, request.name, true))
    return is(LibraryFault::not_searched, file->path, std::string(path::parent(file->path)));
  const Candidate* other = find_other_version(context, request.name);
  if (cudnn) return is(other ? LibraryFault::wrong_cudnn_version : LibraryFault::missing_cudnn, other ? other->path : "");
  return is(other ? LibraryFault::wrong_version : LibraryFault::missing, other ? other->path : "");
}

bool is_any_of(LibraryFault fault, std::initializer_list<LibraryFault> faults) { return std::ranges::find(faults, fault) != faults.end(); }

}  // namespace

bool is_in_build(const FrameworkBuild& build, std::string_view file) {
  std::string place = path::normalised(file);
  if (!build.folder.empty() && path::is_inside(place, build.folder)) return true;
  return std::ranges::any_of(build.parts,
                             [&](const FrameworkPart& part) { return !part.folder.empty() && path::is_inside(place, part.folder); });
}

std::string soname_family(std::string_view soname) {
  std::size_t at = soname.find(".so");
  return at == std::string_view::npos ? std::string(soname) : std::string(soname.substr(0, at)) + ".so.";
}

bool is_cudnn(std::string_view soname) { return soname.starts_with("libcudnn"); }

bool is_cuda_library(std::string_view soname) {
  constexpr std::array<std::string_view, 14> stems = {"libcudart",     "libcublas",    "libcufft",   "libcusolver", "libcusparse",
                                                      "libcurand",     "libnvJitLink", "libnvrtc",   "libcupti",    "libnccl",
                                                      "libnvToolsExt", "libnvtx",      "libnvshmem", "libcufile"};
  return std::ranges::any_of(stems, [&](std::string_view stem) { return soname.starts_with(stem); });
}

bool is_in_environment(const PythonEnvironment& environment, std::string_view file) {
  bool own_prefix =
      environment.kind == "venv" || environment.kind == "uv" || environment.kind == "virtualenv" || environment.kind == "conda";
  // conda's base holds the other environments in envs/.
  bool nested = path::is_inside(file, path::join(environment.prefix, "envs"));
  if (own_prefix && !environment.prefix.empty() && !nested && path::is_inside(file, environment.prefix)) return true;
  if (!environment.search_path.is_known()) return false;
  return std::ranges::any_of(*environment.search_path, [&](const std::string& folder) {
    return (folder.ends_with("-packages") || is_in_packages(folder + "/")) && path::is_inside(file, folder);
  });
}

const Candidate* find_outside_environments(const FrameworkContext& context, std::string_view soname) {
  for (const Candidate* file : candidates_for(context.snapshot, soname))
    if (file->state == CandidateState::loadable && !is_in_environment(context.environment, file->path) &&
        !is_in_another_environment(context, file->path))
      return file;
  return nullptr;
}

std::vector<FailedLibrary> library_faults(const FrameworkContext& context) {
  using enum LibraryFault;
  std::vector<FailedLibrary> failed;
  // Of a build that may be one for the CPU a missing library is no fault.
  const Gate* build = context.prediction.find_gate("cuda-build");
  if (build && build->state == GateState::unknown) return failed;
  for (const Gate* gate : broken_library_gates(context.prediction)) failed.push_back(classify(context, *gate));
  bool other_version = std::ranges::any_of(failed, [](const FailedLibrary& one) { return one.fault == wrong_version; });
  bool all_come_together = std::ranges::any_of(failed, [&](const FailedLibrary& one) {
    return is_any_of(one.fault, {missing, wrong_version}) && !is_installed(context, one.request->name);
  });
  for (FailedLibrary& one : failed) {
    if (all_come_together && is_any_of(one.fault, {missing_cudnn, wrong_cudnn_version})) one.fault = missing;
    if (other_version && one.fault == missing) one.fault = wrong_version;
  }
  return failed;
}

std::vector<FailedLibrary> library_faults(const FrameworkContext& context, LibraryFault fault) {
  std::vector<FailedLibrary> failed = library_faults(context);
  std::erase_if(failed, [&](const FailedLibrary& one) { return one.fault != fault; });
  return failed;
}

Verdict without_library_fault(const FrameworkContext& context) {
  if (gate_failed(context.prediction, "cuda-build")) return not_applicable("this build uses no CUDA library");
  for (const Gate& gate : context.prediction.gates) {
    if (gate.name == "cuda-build" && gate.state == GateState::unknown) return cannot_tell("whether this build uses CUDA", gate.summary);
    if (gate.name == "import" && gate.state == GateState::unknown && !gate.library)
      return cannot_tell("the libraries of the framework", gate.summary);
    if (!gate.library || gate.library->root_failure().state != ResolutionState::cannot_tell) continue;
    const Resolution& request = gate.library->root_failure();
    if (!is_drivers(request.name)) return cannot_tell(fmt::format("where the loader finds {}", request.name), "denied: " + request.detail);
  }
  return passes();
}

std::string names_of(const std::vector<FailedLibrary>& failed) {
  std::vector<std::string> names;
  for (const FailedLibrary& one : failed)
    if (std::ranges::find(names, one.request->name) == names.end()) names.push_back(one.request->name);
  constexpr std::size_t most = 3;
  if (names.size() <= most) return join(names, ", ");
  std::size_t more = names.size() - 2;
  names.resize(2);
  return fmt::format("{} and {} more", join(names, ", "), more);
}

Finding finding_of(const FrameworkContext& context, const std::vector<FailedLibrary>& failed) {
  Finding finding;
  finding.severity = Severity::degraded;
  for (const FailedLibrary& one : failed) {
    if (one.gate->state == GateState::failed) finding.severity = Severity::blocked;
    finding.also_explains.push_back(one.gate->name);
    Evidence evidence = evidence_of(*one.request);
    if (std::ranges::find(finding.because, evidence) == finding.because.end()) finding.because.push_back(std::move(evidence));
  }
  const Resolution& request = *failed.front().request;
  std::string asker = request.caller.empty() || is_in_build(context.build, request.caller) ? title_of(context.build)
                                                                                           : std::string(path::filename(request.caller));
  bool nowhere = request.state == ResolutionState::not_found;
  if (nowhere && is_of_packages(context.snapshot)) {
    finding.details.push_back(fmt::format(
        "{} asks for {}; no package of this environment or of the image's system brings it for this build", asker, request.name));
    return finding;
  }
  finding.details.push_back(nowhere ? fmt::format("{} asks for {}; none of the places that the loader looks in has it", asker, request.name)
                                    : fmt::format("{} asks for {}", asker, request.name));
  for (std::string& line : tried_lines(request, context.snapshot)) finding.details.push_back("  " + std::move(line));
  return finding;
}

bool has_broken_search_path(const FrameworkBuild& build) {
  return build.framework == FrameworkKind::tensorflow && build.version.is(broken_tensorflow);
}

Remedy working_tensorflow(const FrameworkContext& context) {
  if (!has_broken_search_path(context.build)) return remedies::tensorflow_with_cuda(context.environment, context.build);
  Remedy remedy = remedies::install(
      context.environment, fmt::format("take TensorFlow {}, the release before it, with its CUDA libraries", last_working_tensorflow),
      {fmt::format("tensorflow[and-cuda]=={}", last_working_tensorflow)});
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

Remedy reinstall_libraries(const FrameworkContext& context, const std::vector<FailedLibrary>& failed) {
  const PythonEnvironment& environment = context.environment;
  const FrameworkBuild& build = context.build;
  std::vector<std::string> requirements, names;
  bool all_installed = true;
  for (const FailedLibrary& one : failed) {
    std::string wheel = wheel_for(build, one.request->name);
    // What lies in a wheel's folder under another version (cuDNN 8 for 9) comes from the same package in another version.
    bool wrong = is_any_of(one.fault, {LibraryFault::wrong_version, LibraryFault::wrong_cudnn_version});
    const Package* package = wheel.empty() || wrong ? nullptr : find_package(environment, wheel);
    all_installed &= package != nullptr;
    if (!package || std::ranges::find(names, wheel) != names.end()) continue;
    names.push_back(wheel);
    requirements.push_back(fmt::format("{}=={}", wheel, package->version));
  }
  Remedy remedy;
  if (all_installed) {
    remedy = remedies::reinstall_alone(environment, fmt::format("install {} again", join(names, ", ")), requirements);
  } else if (build.framework == FrameworkKind::tensorflow) {
    return working_tensorflow(context);
  } else if (build.framework != FrameworkKind::torch) {
    auto cuda = build.cuda_version.is_known() ? Version::parse(*build.cuda_version) : std::nullopt;
    auto parsed = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
    std::string release = parsed ? parsed->text().substr(0, parsed->text().find('+')) : "";
    // Before 14 CuPy's package brings no libraries and finds none in NVIDIA's wheels: a newer one takes its place. What that one needs is
    // another CUDA's, which no copy of the snapshot can show.
    if (build.framework == FrameworkKind::cupy && parsed && parsed->major() < 14) {
      Remedy newer = *replace_build(context, std::max(cuda ? cuda->major() : 12, 12));
      newer.effects.clear();
      return newer;
    }
    remedy = remedies::install(environment, fmt::format("install {} with the CUDA libraries that it opens", title_of(build)),
                               {gpu_requirement(build.framework, cuda ? cuda->major() : 12, release)});
  } else {
    // torch's own requirements name the very versions: installing it again brings back what is missing.
    auto version = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
    std::string release = version ? version->text().substr(0, version->text().find('+')) : "";
    std::string index = version && !version->local().empty() ? fmt::format("https://download.pytorch.org/whl/{}", version->local()) : "";
    remedy = remedies::reinstall(environment, "install PyTorch again with the libraries that it requires",
                                 {release.empty() ? "torch" : "torch==" + release}, index);
  }
  remedy.check = remedies::check_command(environment, build);
  return remedy;
}

Remedy also_search(const FrameworkContext& context, const std::vector<std::string>& folders, std::string title) {
  const Fact<std::string>& value = context.snapshot.loader.library_path;
  bool set = value.is_known() && !value->empty();
  std::vector<std::string> list;
  if (set) list.push_back(*value);
  for (const std::string& folder : folders)
    if (std::ranges::find(list, folder) == list.end()) list.push_back(folder);
  Remedy remedy = remedies::set_variable("LD_LIBRARY_PATH", join(list, ":"), std::move(title));
  remedy.steps = {"in the shell that starts the program; to keep it, add the line to the activate script of the environment"};
  if (set) remedy.undo = fmt::format("export LD_LIBRARY_PATH='{}'", *value);
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

}  // namespace gpuwhy
