#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "probes/framework_builds/builds.h"
#include "probes/framework_builds/jax_parts.h"
#include "probes/framework_builds/package_files.h"

namespace gpuwhy {

namespace {

constexpr std::array<std::string_view, 1> owners = {"jax"};
constexpr std::array<std::string_view, 1> own_libraries = {"libjax"};

const FrameworkPart* find_part(const FrameworkBuild& build, std::string_view name) {
  auto part = std::ranges::find(build.parts, name, &FrameworkPart::name);
  return part == build.parts.end() ? nullptr : &*part;
}

void read_version(Machine& machine, PythonEnvironment& environment, FrameworkBuild& build) {
  auto packages = find_distributions(environment, owners, build.folder);
  std::optional<Package> distribution;
  if (!packages.empty()) distribution = *packages.front();
  if (distribution) build.distribution = distribution->name;
  auto part = read_jax_part(machine, environment, "jax", "jax");
  std::string file = path::join(build.folder, "version.py");
  if (part && !part->version.empty() && !build.folder.empty())
    build.version = Fact<std::string>::known(part->version, {Source::file, file, part->version});
  else if (distribution && !distribution->version.empty())
    build.version = Fact<std::string>::known(distribution->version, {Source::package, distribution->location, distribution->version});
  else
    build.version =
        Fact<std::string>::unknown(Why::malformed, "neither version.py nor a dist-info tells the version", {Source::file, file, ""});
}

// A distribution of this name was made for another Python than the one that would import it.
void note_foreign(Machine& machine, PythonEnvironment& environment, std::string_view name) {
  std::string_view names[] = {name};
  auto packages = find_distributions(environment, names, "");
  if (packages.empty()) return;
  Package copy = *packages.front();
  note_foreign_python(machine, environment, copy);
}

void read_parts(Machine& machine, PythonEnvironment& environment, FrameworkBuild& build) {
  auto add = [&](const std::string& folder, const std::string& name) {
    auto part = read_jax_part(machine, environment, folder, name);
    if (!part) return;
    build.parts.push_back(std::move(*part));
    note_foreign(machine, environment, name);
  };
  add("jaxlib", "jaxlib");
  if (std::string minimum = read_minimum_jaxlib(machine, build.folder); !minimum.empty())
    build.parts.push_back({"jaxlib-minimum", minimum, ""});
  for (int major : jax_cuda_majors) {
    add(fmt::format("jax_cuda{}_plugin", major), fmt::format("jax-cuda{}-plugin", major));
    add(fmt::format("jax_plugins/xla_cuda{}", major), fmt::format("jax-cuda{}-pjrt", major));
  }
}

// What says that this JAX is for another accelerator, when it has nothing for CUDA.
std::optional<Accelerator> other_accelerator(const PythonEnvironment& environment, std::string& package_name) {
  if (!environment.packages.is_known()) return std::nullopt;
  for (const Package& package : *environment.packages) {
    package_name = package.name;
    if (package.name.starts_with("jax-rocm")) return Accelerator::rocm;
    if (package.name == "libtpu" || package.name == "libtpu-nightly") return Accelerator::tpu;
    if (package.name == "jax-metal") return Accelerator::metal;
    if (package.name.starts_with("intel-extension-for-openxla")) return Accelerator::xpu;
  }
  return std::nullopt;
}

void read_accelerator(const PythonEnvironment& environment, FrameworkBuild& build) {
  auto cuda = [&](const std::string& version, const std::string& cudnn, const Evidence& evidence) {
    build.accelerator = Fact<Accelerator>::known(Accelerator::cuda, evidence);
    build.cuda_version = Fact<std::string>::known(version, evidence);
    build.cudnn_version = Fact<std::string>::known(cudnn, evidence);
  };
  // The client (pjrt) decides; a plugin without one is half of an installation, not another build.
  for (std::string_view kind : {"pjrt", "plugin"})
    for (int major : jax_cuda_majors) {
      const FrameworkPart* part = find_part(build, fmt::format("jax-cuda{}-{}", major, kind));
      if (!part) continue;
      return cuda(fmt::format("{}", major), major == 11 ? "8" : "9",
                  {Source::package, part->folder, fmt::format("{} {}", part->name, part->version)});
    }
  const FrameworkPart* jaxlib = find_part(build, "jaxlib");
  Evidence evidence{Source::package, jaxlib ? jaxlib->folder : build.folder, jaxlib ? "jaxlib " + jaxlib->version : ""};
  if (auto monolithic = jaxlib ? parse_monolithic_jaxlib(jaxlib->version) : std::nullopt)
    return cuda(monolithic->cuda, monolithic->cudnn.empty() ? "8" : monolithic->cudnn, evidence);
  std::string package;
  if (auto other = other_accelerator(environment, package)) {
    build.accelerator = Fact<Accelerator>::known(*other, {Source::package, package, ""});
  } else if (environment.packages.is_unknown()) {
    build.accelerator =
        Fact<Accelerator>::unknown(environment.packages.why(), environment.packages.detail(), environment.packages.evidence());
  } else {
    evidence.excerpt = fmt::format("jaxlib {}, and no CUDA plugin beside it", jaxlib ? jaxlib->version : "is not there");
    build.accelerator = Fact<Accelerator>::known(Accelerator::cpu, evidence);
  }
  build.cuda_version = build.cudnn_version = Fact<std::string>::absent(evidence);
}

void read_jaxlib_objects(Machine& machine, const PythonEnvironment& environment, FrameworkBuild& build) {
  const FrameworkPart* jaxlib = find_part(build, "jaxlib");
  if (!jaxlib || jaxlib->folder.empty()) {
    build.missing_files.push_back("jaxlib/");
    return;
  }
  bool has_core = false;
  for (std::string_view name : {"cpu_feature_guard", "_jax", "xla_extension", "utils"}) {
    std::string file = find_jax_extension(machine, environment, jaxlib->folder, name);
    if (file.empty()) continue;
    build.objects.push_back(file);
    has_core |= name == "_jax" || name == "xla_extension";
    for (const std::string& needed : find_missing_needed(machine, file, own_libraries, {jaxlib->folder}))
      if (std::string missing = "jaxlib/" + needed; std::ranges::find(build.missing_files, missing) == build.missing_files.end())
        build.missing_files.push_back(missing);
  }
  if (!has_core) build.missing_files.push_back("jaxlib/_jax.so");
}

// The modules of the first plugin that has them, then the client library: JAX imports those of CUDA 13 before those of CUDA 12.
void read_plugin_objects(Machine& machine, const PythonEnvironment& environment, FrameworkBuild& build) {
  std::vector<std::string> folders;
  for (int major : jax_cuda_majors)
    if (const FrameworkPart* part = find_part(build, fmt::format("jax-cuda{}-plugin", major)); part && !part->folder.empty())
      folders.push_back(part->folder);
  if (const FrameworkPart* jaxlib = find_part(build, "jaxlib"); folders.empty() && jaxlib && !jaxlib->folder.empty())
    folders.push_back(path::join(jaxlib->folder, "cuda"));
  for (const std::string& folder : folders) {
    std::string versions = find_jax_extension(machine, environment, folder, "_versions");
    if (versions.empty()) continue;
    build.objects.push_back(versions);
    if (std::string extension = find_jax_extension(machine, environment, folder, "cuda_plugin_extension"); !extension.empty())
      build.objects.push_back(extension);
    break;
  }
  for (int major : jax_cuda_majors) {
    const FrameworkPart* part = find_part(build, fmt::format("jax-cuda{}-pjrt", major));
    if (!part || part->folder.empty()) continue;
    std::string client = path::join(part->folder, "xla_cuda_plugin.so");
    if (machine.lstat(client)) build.objects.push_back(client);
    break;
  }
}

}  // namespace

std::optional<FrameworkBuild> read_jax_build(Machine& machine, PythonEnvironment& environment) {
  FrameworkBuild build;
  build.framework = FrameworkKind::jax;
  FoundPackage found = find_package(machine, environment, "jax");
  build.folder = found.folder;
  if (found.folder.empty() && find_distributions(environment, owners, "").empty()) return std::nullopt;
  read_version(machine, environment, build);
  if (found.folder.empty()) {
    build.missing_files.push_back("jax/");
    return build;
  }
  if (found.is_namespace) build.missing_files.push_back("__init__.py");
  read_parts(machine, environment, build);
  read_accelerator(environment, build);
  read_jaxlib_objects(machine, environment, build);
  if (build.accelerator.is(Accelerator::cuda)) read_plugin_objects(machine, environment, build);
  return build;
}

}  // namespace gpuwhy
