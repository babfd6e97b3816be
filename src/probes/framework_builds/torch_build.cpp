#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "formats/dist_info/dist_info.h"
#include "formats/python_source/python_source.h"
#include "formats/python_source/torch_preload.h"
#include "probes/framework_builds/builds.h"
#include "probes/framework_builds/package_files.h"
#include "probes/python_sites/folders.h"

namespace gpuwhy {

namespace {

constexpr std::array<std::string_view, 3> owners = {"torch", "pytorch", "torch-cpu"};
constexpr std::array<std::string_view, 3> own_libraries = {"libtorch", "libc10", "libshm"};

void read_version(Machine& machine, FrameworkBuild& build, const Package* distribution) {
  std::string file = path::join(build.folder, "version.py");
  auto text = read_package_file(machine, file, 64 << 10);
  auto evidence = [&](std::string excerpt) { return Evidence{Source::file, file, printable(excerpt, 200)}; };
  auto told_by_distribution = [&] {
    if (distribution && !distribution->version.empty())
      build.version =
          Fact<std::string>::known(distribution->version, {Source::package, distribution->location, "torch " + distribution->version});
  };
  if (!text.is_known()) {
    Why why = text.is_unknown() ? text.why() : Why::malformed;
    std::string detail = text.is_unknown() ? text.detail() : "the package has no version.py";
    build.version = build.cuda_version = Fact<std::string>::unknown(why, detail, text.evidence());
    build.accelerator = Fact<Accelerator>::unknown(why, detail, text.evidence());
    if (text.is_absent()) build.missing_files.push_back("version.py");
    told_by_distribution();
    return;
  }
  auto torch = python_source::parse_torch_version(*text);
  if (torch.version && !torch.version->empty())
    build.version = Fact<std::string>::known(printable(*torch.version, 100), evidence("__version__ = " + *torch.version));
  else {
    build.version = Fact<std::string>::unknown(Why::malformed, "version.py does not say __version__", evidence(""));
    told_by_distribution();
  }
  auto is_named = [](const std::optional<std::string>& value) { return value && !value->empty(); };
  if (is_named(torch.hip) || is_named(torch.rocm)) {
    build.accelerator = Fact<Accelerator>::known(Accelerator::rocm, evidence("hip = " + (is_named(torch.hip) ? *torch.hip : *torch.rocm)));
  } else if (is_named(torch.xpu)) {
    build.accelerator = Fact<Accelerator>::known(Accelerator::xpu, evidence("xpu = " + *torch.xpu));
  } else if (is_named(torch.cuda)) {
    build.accelerator = Fact<Accelerator>::known(Accelerator::cuda, evidence("cuda = " + *torch.cuda));
  } else if (torch.cuda) {
    build.accelerator = Fact<Accelerator>::known(Accelerator::cpu, evidence("cuda = None"));
  } else {
    build.accelerator = Fact<Accelerator>::unknown(Why::malformed, "version.py does not say cuda", evidence(""));
  }
  if (is_named(torch.cuda)) build.cuda_version = Fact<std::string>::known(printable(*torch.cuda, 60), evidence("cuda = " + *torch.cuda));
  else if (torch.cuda) build.cuda_version = Fact<std::string>::absent(evidence("cuda = None"));
  else build.cuda_version = Fact<std::string>::unknown(Why::malformed, "version.py does not say cuda", evidence(""));
}

// The build pins its cuDNN in its requirements; builds that bring cuDNN inside (before 2.0, or not from a wheel) do not tell.
void read_cudnn(FrameworkBuild& build, const Package* distribution) {
  if (build.cuda_version.is_absent()) build.cudnn_version = Fact<std::string>::absent(build.cuda_version.evidence());
  if (!distribution || !build.accelerator.is(Accelerator::cuda)) return;
  for (const std::string& requirement : distribution->requires_dist) {
    if (!dist_info::requirement_name(requirement).starts_with("nvidia-cudnn")) continue;
    if (std::string pin = dist_info::requirement_pin(requirement); !pin.empty())
      build.cudnn_version = Fact<std::string>::known(pin, {Source::package, distribution->location, requirement});
  }
}

// The first file that `folder`/lib or its like holds for a pattern.
std::string find_library(Folders& folders, const std::string& folder, const std::string& pattern) {
  const auto& names = folders.list(folder);
  if (!names) return {};
  for (const std::string& name : *names)
    if (python_source::matches_glob(name, pattern)) return path::join(folder, name);
  return {};
}

// torch/__init__.py, _get_cuda_dep_paths: the first folder of sys.path that has the file in one of three places.
std::string find_wheel_library(Folders& folders, const PythonEnvironment& environment, const FrameworkBuild& build,
                               const std::string& folder, const std::string& pattern) {
  std::string major = build.cuda_version.is_known() ? std::string(split(*build.cuda_version, '.')[0]) : std::string();
  for (const std::string& entry : *environment.search_path)
    for (const std::string& place :
         {fmt::format("nvidia/{}/lib", folder), fmt::format("nvidia/cu{}/lib", major), fmt::format("{}/lib", folder)})
      if (std::string file = find_library(folders, path::join(entry, place), pattern); !file.empty()) return file;
  return {};
}

void add_preloaded(Machine& machine, const PythonEnvironment& environment, FrameworkBuild& build) {
  if (!build.accelerator.is(Accelerator::cuda)) return;
  auto text = read_package_file(machine, path::join(build.folder, "__init__.py"), 512 << 10);
  if (!text.is_known()) return;
  python_source::TorchPreload preload = python_source::parse_torch_preload(*text);
  Folders folders(machine);
  // A condition that is a path asks whether the CUDA runtime came from a wheel.
  bool applies = preload.conditions.empty();
  for (const std::string& condition : preload.conditions) {
    std::string_view folder = path::parent(condition);
    applies = applies || folder.empty() || std::ranges::any_of(*environment.search_path, [&](const std::string& entry) {
                return !find_library(folders, path::join(entry, folder), std::string(path::filename(condition)) + "*").empty();
              });
  }
  if (!applies) return;
  for (const auto& [folder, pattern] : preload.libraries) {
    std::string file = find_wheel_library(folders, environment, build, folder, pattern);
    if (!file.empty() && std::ranges::find(build.objects, file) == build.objects.end()) build.objects.push_back(file);
    // libnvToolsExt is optional in every form.
    if (file.empty() && preload.stops_at_missing && folder != "nvtx") break;
  }
}

// The extension module that this interpreter would import: tagged for it, for the stable ABI, or not tagged.
std::string find_extension(Machine& machine, PythonEnvironment& environment, FrameworkBuild& build) {
  std::string tag = python_tag(environment);
  auto names = machine.list(build.folder);
  if (!names) return {};
  std::string foreign;
  for (const std::string& wanted : {"_C.cpython-" + tag + "-", std::string("_C.abi3.so"), std::string("_C.so")})
    for (const std::string& name : *names) {
      if (name.starts_with(wanted) && name.ends_with(".so")) return path::join(build.folder, name);
      if (name.starts_with("_C.cpython-") && name.ends_with(".so")) foreign = name;
    }
  build.missing_files.push_back(tag.empty() ? "_C.*.so" : fmt::format("_C.cpython-{}-*.so", tag));
  if (!foreign.empty())
    environment.notes.push_back(fmt::format("{} was built for another Python: it holds {}, this is Python {}", build.folder,
                                            printable(foreign, 80), environment.version.is_known() ? *environment.version : "?"));
  return {};
}

void read_objects(Machine& machine, PythonEnvironment& environment, FrameworkBuild& build) {
  auto is_there = [&](const std::string& file) { return machine.lstat(file).has_value(); };
  std::string library = path::join(build.folder, "lib");
  std::string global_deps = path::join(library, "libtorch_global_deps.so");
  if (is_there(global_deps)) build.objects.push_back(global_deps);
  else build.missing_files.push_back("lib/libtorch_global_deps.so");
  add_preloaded(machine, environment, build);
  std::string extension = find_extension(machine, environment, build);
  if (extension.empty()) return;
  build.objects.push_back(extension);
  std::vector<std::string> folders = {library, path::join(environment.prefix, "lib")};
  for (const std::string& object : {extension, path::join(library, "libtorch_python.so")})
    for (const std::string& name : find_missing_needed(machine, object, own_libraries, folders))
      if (std::string file = "lib/" + name; std::ranges::find(build.missing_files, file) == build.missing_files.end())
        build.missing_files.push_back(file);
}

}  // namespace

std::optional<FrameworkBuild> read_torch_build(Machine& machine, PythonEnvironment& environment) {
  FrameworkBuild build;
  build.framework = FrameworkKind::torch;
  FoundPackage found = find_package(machine, environment, "torch");
  build.folder = found.folder;
  std::vector<const Package*> all = find_distributions(environment, owners, found.folder);
  if (found.folder.empty() && all.empty()) return std::nullopt;
  std::optional<Package> distribution;
  if (!all.empty()) distribution = *all.front();
  if (distribution) {
    build.distribution = distribution->name;
    note_foreign_python(machine, environment, *distribution);
  }
  if (found.folder.empty()) {
    if (!distribution->version.empty())
      build.version = Fact<std::string>::known(distribution->version, {Source::package, distribution->location, ""});
    build.missing_files.push_back("torch/");
    return build;
  }
  if (found.is_namespace) build.missing_files.push_back("__init__.py");
  read_version(machine, build, distribution ? &*distribution : nullptr);
  read_cudnn(build, distribution ? &*distribution : nullptr);
  read_objects(machine, environment, build);
  return build;
}

}  // namespace gpuwhy
