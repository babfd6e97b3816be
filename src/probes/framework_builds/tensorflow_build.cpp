#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "formats/dist_info/dist_info.h"
#include "formats/python_source/python_source.h"
#include "probes/framework_builds/builds.h"
#include "probes/framework_builds/package_files.h"

namespace gpuwhy {

namespace {

// The distributions that write the folder tensorflow/ (facts table tensorflow_packages.tsv).
constexpr std::array<std::string_view, 16> owners = {"tensorflow",       "tensorflow-cpu",     "tensorflow-gpu",          "tensorflow-rocm",
                                                     "tensorflow-intel", "tensorflow-cpu-aws", "tensorflow-macos",        "tensorflow-tpu",
                                                     "intel-tensorflow", "tf-nightly",         "tf-nightly-cpu",          "tf-nightly-gpu",
                                                     "tf-nightly-rocm",  "tensorflow-base",    "intel-tensorflow-avx512", "tf-nightly-tpu"};

constexpr std::array<std::string_view, 2> own_libraries = {"libtensorflow", "lib_pywrap_tensorflow"};

constexpr std::string_view feature_guard = "python/platform/_pywrap_cpu_feature_guard.so";
constexpr std::string_view internal = "python/_pywrap_tensorflow_internal.so";

bool has_package(const PythonEnvironment& environment, std::string_view name) {
  return environment.packages.is_known() &&
         std::ranges::any_of(*environment.packages, [&](const Package& package) { return package.name == name; });
}

// A thin wheel such as tensorflow 2.11 for Windows or 2.15 for Arm only requires the one that holds the files.
bool is_thin(const Package& package, const std::vector<const Package*>& all) {
  return std::ranges::any_of(package.requires_dist, [&](const std::string& requirement) {
    std::string name = dist_info::requirement_name(requirement);
    return name != package.name && std::ranges::any_of(all, [&](const Package* other) { return other->name == name; });
  });
}

Fact<std::string> version_in_headers(Machine& machine, const std::string& folder) {
  for (const char* name : {"include/tensorflow/core/public/release_version.h", "include/tensorflow/core/public/version.h"}) {
    auto text = read_package_file(machine, path::join(folder, name), 256 << 10);
    if (text.is_unknown()) return Fact<std::string>::unknown(text.why(), text.detail(), text.evidence());
    if (text.is_absent()) continue;
    if (auto version = python_source::parse_tensorflow_header_version(*text))
      return Fact<std::string>::known(*version, {Source::file, text.evidence().locator, "TF_VERSION " + *version});
  }
  return Fact<std::string>::unknown(Why::malformed, "neither a dist-info nor the package's headers tell its version",
                                    {Source::file, folder, ""});
}

void read_distribution(Machine& machine, PythonEnvironment& environment, FrameworkBuild& build) {
  std::vector<const Package*> all = find_distributions(environment, owners, build.folder);
  std::vector<const Package*> full;
  for (const Package* package : all)
    if (!is_thin(*package, all)) full.push_back(package);
  const Package* chosen = full.empty() ? nullptr : full.front();
  Fact<std::string> header;
  if ((!chosen || full.size() > 1) && !build.folder.empty()) header = version_in_headers(machine, build.folder);
  if (full.size() > 1) {
    for (const Package* package : full)
      if (header.is(package->version)) {
        chosen = package;
        break;
      }
    std::vector<std::string> names;
    for (const Package* package : full) names.push_back(package->name + " " + package->version);
    environment.notes.push_back(
        fmt::format("{} write into the same folder tensorflow/: the one installed last wins", join(names, " and ")));
  }
  if (!chosen) {
    build.version = header;
    return;
  }
  build.distribution = chosen->name;
  build.version =
      chosen->version.empty()
          ? Fact<std::string>::unknown(Why::malformed, "the dist-info names no version", {Source::package, chosen->location, ""})
          : Fact<std::string>::known(chosen->version, {Source::package, chosen->location, chosen->name + " " + chosen->version});
  Package copy = *chosen;
  note_foreign_python(machine, environment, copy);
}

Accelerator accelerator_of(Machine& machine, const PythonEnvironment& environment, const FrameworkBuild& build,
                           const python_source::BuildInfo& info) {
  if (*info.is_cuda_build) return Accelerator::cuda;
  if (info.is_rocm_build.value_or(false)) return Accelerator::rocm;
  if (build.distribution.ends_with("-tpu") || has_package(environment, "libtpu")) return Accelerator::tpu;
  if (has_package(environment, "tensorflow-metal")) return Accelerator::metal;
  std::string plugins = path::join(path::parent(build.folder), "tensorflow-plugins");
  if (machine.exists(path::join(plugins, "libitex_gpu.so"))) return Accelerator::xpu;
  return Accelerator::cpu;
}

void read_build_info(Machine& machine, const PythonEnvironment& environment, FrameworkBuild& build) {
  std::string file = path::join(build.folder, "python/platform/build_info.py");
  auto text = read_package_file(machine, file, 64 << 10);
  if (!text.is_known()) {
    Why why = text.is_unknown() ? text.why() : Why::malformed;
    std::string detail = text.is_unknown() ? text.detail() : "the package has no build_info.py";
    build.accelerator = Fact<Accelerator>::unknown(why, detail, text.evidence());
    build.cuda_version = build.cudnn_version = Fact<std::string>::unknown(why, detail, text.evidence());
    build.architectures = Fact<std::vector<std::string>>::unknown(why, detail, text.evidence());
    if (text.is_absent()) build.missing_files.push_back("python/platform/build_info.py");
    return;
  }
  auto info = python_source::parse_build_info(*text);
  auto evidence = [&](std::string excerpt) { return Evidence{Source::file, file, printable(excerpt, 200)}; };
  if (!info.is_cuda_build) {
    build.accelerator = Fact<Accelerator>::unknown(Why::malformed, "build_info.py does not say is_cuda_build", evidence(""));
    build.cuda_version = build.cudnn_version =
        Fact<std::string>::unknown(Why::malformed, "build_info.py does not say is_cuda_build", evidence(""));
    build.architectures = Fact<std::vector<std::string>>::unknown(Why::malformed, "build_info.py does not say is_cuda_build", evidence(""));
    return;
  }
  build.accelerator =
      Fact<Accelerator>::known(accelerator_of(machine, environment, build, info),
                               evidence(fmt::format("is_cuda_build {}, is_rocm_build {}", *info.is_cuda_build ? "True" : "False",
                                                    info.is_rocm_build ? (*info.is_rocm_build ? "True" : "False") : "not told")));
  auto fact = [&](const std::optional<std::string>& value, const char* key) {
    if (value && !value->empty()) return Fact<std::string>::known(printable(*value, 60), evidence(fmt::format("{} {}", key, *value)));
    // A build without CUDA names none; a CUDA build that names none does not tell.
    return *info.is_cuda_build ? Fact<std::string>::unknown(Why::malformed, fmt::format("build_info.py does not say {}", key), evidence(""))
                               : Fact<std::string>::absent(evidence("is_cuda_build False"));
  };
  build.cuda_version = fact(info.cuda_version, "cuda_version");
  build.cudnn_version = fact(info.cudnn_version, "cudnn_version");
  if (info.cuda_compute_capabilities) {
    std::vector<std::string> list;
    for (const std::string& item : *info.cuda_compute_capabilities) list.push_back(printable(item, 40));
    build.architectures = Fact<std::vector<std::string>>::known(list, evidence("cuda_compute_capabilities " + join(list, " ")));
  } else if (*info.is_cuda_build) {
    build.architectures =
        Fact<std::vector<std::string>>::unknown(Why::malformed, "build_info.py does not say cuda_compute_capabilities", evidence(""));
  } else {
    build.architectures = Fact<std::vector<std::string>>::absent(evidence("is_cuda_build False"));
  }
}

void read_objects(Machine& machine, const PythonEnvironment& environment, FrameworkBuild& build) {
  for (std::string_view name : {feature_guard, internal}) {
    std::string file = path::join(build.folder, name);
    if (machine.lstat(file)) build.objects.push_back(file);
    else if (name == internal) build.missing_files.emplace_back(name);
  }
  // conda puts the libraries into the environment's lib/; a wheel's lie beside the package's Python files.
  std::vector<std::string> folders = {build.folder, path::join(build.folder, "python"), path::join(environment.prefix, "lib")};
  for (const std::string& object : build.objects)
    for (std::string& name : find_missing_needed(machine, object, own_libraries, folders))
      if (std::ranges::find(build.missing_files, name) == build.missing_files.end()) build.missing_files.push_back(std::move(name));
}

}  // namespace

std::optional<FrameworkBuild> read_tensorflow_build(Machine& machine, PythonEnvironment& environment) {
  FrameworkBuild build;
  build.framework = FrameworkKind::tensorflow;
  FoundPackage found = find_package(machine, environment, "tensorflow");
  build.folder = found.folder;
  if (found.folder.empty() && find_distributions(environment, owners, "").empty()) return std::nullopt;
  read_distribution(machine, environment, build);
  if (found.folder.empty()) {
    if (build.distribution == "tensorflow-gpu" && build.version.is("2.12.0")) {
      environment.notes.push_back("tensorflow-gpu 2.12.0 is an empty package: its name was given up, tensorflow is the one to install");
    }
    build.missing_files.push_back("tensorflow/");
    return build;
  }
  if (found.is_namespace) build.missing_files.push_back("__init__.py");
  read_build_info(machine, environment, build);
  read_objects(machine, environment, build);
  return build;
}

}  // namespace gpuwhy
