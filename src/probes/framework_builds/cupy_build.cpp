// CuPy, told by the files of its wheels (10 to 14): cupy/_version.py, and cupy/.data/_wheel.json, which names the CUDA that the wheel is
// built for. A build from source has no _wheel.json.
//
// FrameworkBuild::objects: the extension modules that `import cupy` maps and that matter to the GPU, the one with the CUDA runtime in it
// first. Those for cuBLAS, cuSOLVER and the like are imported when they are first used; their libraries are sought by name
// (frameworks/cupy).
#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"
#include "formats/python_source/json_light.h"
#include "formats/python_source/python_source.h"
#include "probes/framework_builds/builds.h"
#include "probes/framework_builds/extension_module.h"
#include "probes/framework_builds/package_files.h"
#include "probes/framework_builds/several_owners.h"

namespace gpuwhy {

namespace {

constexpr std::string_view wheel_words = ".data/_wheel.json";

bool is_owner(std::string_view name) {
  return name == "cupy" || name == "amd-cupy" || name.starts_with("cupy-cuda") || name.starts_with("cupy-rocm");
}

std::vector<const Package*> owners_of(const PythonEnvironment& environment, const std::string& folder) {
  std::vector<std::string_view> names;
  if (environment.packages.is_known())
    for (const Package& package : *environment.packages)
      if (is_owner(package.name)) names.emplace_back(package.name);
  return find_distributions(environment, names, folder);
}

// "12.x" of cupy-cuda12x, "11.7" of cupy-cuda117, "10.2" of cupy-cuda102; "" of other names.
std::string cuda_of_name(std::string_view name) {
  constexpr std::string_view prefix = "cupy-cuda";
  if (!name.starts_with(prefix)) return {};
  name.remove_prefix(prefix.size());
  if (name.size() < 3 || !is_digits(name.substr(0, 2))) return {};
  return fmt::format("{}.{}", name.substr(0, 2), name.substr(2));
}

void read_version(Machine& machine, FrameworkBuild& build) {
  auto text = read_package_file(machine, path::join(build.folder, "_version.py"), 64 << 10);
  if (text.is_unknown()) build.version = Fact<std::string>::unknown(text.why(), text.detail(), text.evidence());
  if (!text.is_known()) return;
  auto assignments = python_source::parse_assignments(*text);
  auto found = assignments.find("__version__");
  if (found == assignments.end() || found->second.text.empty()) return;
  std::string version = printable(found->second.text, 60);
  build.version = Fact<std::string>::known(version, {Source::file, text.evidence().locator, "__version__ = " + version});
}

// What _wheel.json says under "cuda"; absent where there is no such file or it does not say.
Fact<std::string> read_wheel_cuda(Machine& machine, const FrameworkBuild& build) {
  auto text = read_package_file(machine, path::join(build.folder, wheel_words), 256 << 10);
  if (!text.is_known()) return text;
  auto json = json_light::parse(*text);
  const json_light::Value* cuda = json ? json->find("cuda") : nullptr;
  if (!cuda || cuda->kind != json_light::Value::Kind::text) return Fact<std::string>::absent(text.evidence());
  std::string value = printable(cuda->text, 40);
  return Fact<std::string>::known(value, {Source::file, text.evidence().locator, "cuda: " + value});
}

// The distribution whose wheel is built for that CUDA.
std::string name_of_cuda(const std::vector<const Package*>& distributions, const Fact<std::string>& cuda) {
  for (const Package* package : distributions)
    if (cuda.is(cuda_of_name(package->name))) return package->name;
  return {};
}

void judge_accelerator(FrameworkBuild& build, const Fact<std::string>& cuda, const Package* owner) {
  build.cuda_version = cuda;
  std::string name = owner ? owner->name : "";
  Evidence by_name{Source::package, owner ? owner->location : build.folder, name};
  bool rocm = !cuda.is_known() && (name.starts_with("cupy-rocm") || name == "amd-cupy");
  // There is no build for the CPU: its runtime is compiled into it.
  build.accelerator = Fact<Accelerator>::known(rocm ? Accelerator::rocm : Accelerator::cuda, cuda.is_known() ? cuda.evidence() : by_name);
  if (rocm) build.cuda_version = Fact<std::string>::absent(by_name);
  if (rocm || !cuda.is_absent()) return;
  std::string from_name = cuda_of_name(name);
  build.cuda_version =
      from_name.empty() ? Fact<std::string>::unknown(Why::malformed, "the package does not say which CUDA it is built for", cuda.evidence())
                        : Fact<std::string>::known(from_name, by_name);
}

void read_objects(Machine& machine, const PythonEnvironment& environment, FrameworkBuild& build) {
  std::string backends = path::join(path::parent(build.folder), "cupy_backends/cuda");
  struct Module {
    std::string folder, place;
    std::string_view stem;
  };
  for (const Module& module : {Module{path::join(backends, "api"), "cupy_backends/cuda/api/", "runtime"},
                               Module{path::join(backends, "api"), "cupy_backends/cuda/api/", "driver"},
                               Module{path::join(backends, "libs"), "cupy_backends/cuda/libs/", "nvrtc"},
                               Module{path::join(build.folder, "_core"), "_core/", "core"}}) {
    std::string file = find_extension_module(machine, environment, module.folder, module.stem);
    if (file.empty()) build.missing_files.push_back(module.place + extension_pattern(environment, module.stem));
    else build.objects.push_back(std::move(file));
  }
}

}  // namespace

std::optional<FrameworkBuild> read_cupy_build(Machine& machine, PythonEnvironment& environment) {
  FrameworkBuild build;
  build.framework = FrameworkKind::cupy;
  FoundPackage found = find_package(machine, environment, "cupy");
  build.folder = found.folder;
  std::vector<const Package*> distributions = owners_of(environment, found.folder);
  if (found.folder.empty() && distributions.empty()) return std::nullopt;
  Fact<std::string> cuda = Fact<std::string>::absent();
  if (found.folder.empty()) {
    build.missing_files.push_back("cupy/");
  } else {
    if (found.is_namespace) build.missing_files.push_back("__init__.py");
    read_version(machine, build);
    cuda = read_wheel_cuda(machine, build);
    read_objects(machine, environment, build);
  }
  const Package* owner = find_owner(distributions, name_of_cuda(distributions, cuda), build.version);
  judge_accelerator(build, cuda, owner);
  take_owner(build, distributions, owner);
  if (owner) {
    Package copy = *owner;
    note_foreign_python(machine, environment, copy);
  }
  return build;
}

}  // namespace gpuwhy
