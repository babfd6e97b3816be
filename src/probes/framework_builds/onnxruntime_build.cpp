// ONNX Runtime, told by the files of its wheels (1.8 to 1.32): capi/build_and_package_info.py names the package and, in a GPU build, its
// CUDA. get_available_providers() and get_device() say what is compiled in and nothing of what loads.
//
// FrameworkBuild::objects: first the extension module, which is what `import onnxruntime` maps. Behind it the two libraries that the first
// session with a GPU opens by their path, so that the loader's table holds them and what they need.
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "formats/python_source/python_source.h"
#include "probes/framework_builds/builds.h"
#include "probes/framework_builds/extension_module.h"
#include "probes/framework_builds/package_files.h"
#include "probes/framework_builds/several_owners.h"

namespace gpuwhy {

namespace {

using python_source::Literal;

constexpr std::array<std::string_view, 14> owners = {
    "onnxruntime",      "onnxruntime-gpu", "onnxruntime-training", "onnxruntime-training-gpu", "onnxruntime-directml",
    "onnxruntime-rocm", "onnxruntime-qnn", "onnxruntime-openvino", "onnxruntime-migraphx",     "onnxruntime-vitisai",
    "ort-nightly",      "ort-nightly-gpu", "ort-gpu-nightly",      "onnxruntime-azure"};

constexpr std::string_view build_words = "capi/build_and_package_info.py";
constexpr std::string_view extension = "onnxruntime_pybind11_state";
constexpr std::string_view bridge = "libonnxruntime_providers_shared.so", provider = "libonnxruntime_providers_cuda.so";

std::string text_of(const std::map<std::string, Literal>& assignments, const std::string& name) {
  auto found = assignments.find(name);
  return found == assignments.end() || found->second.kind != Literal::Kind::text ? std::string() : printable(found->second.text, 60);
}

// A wheel has them beside its extension module, conda in the library folder of the environment.
std::string find_beside(Machine& machine, const PythonEnvironment& environment, const FrameworkBuild& build, std::string_view name) {
  for (const std::string& folder : {path::join(build.folder, "capi"), path::join(environment.prefix, "lib")})
    if (std::string file = path::join(folder, name); machine.lstat(file)) return file;
  return {};
}

void read_objects(Machine& machine, const PythonEnvironment& environment, FrameworkBuild& build) {
  std::string module = find_extension_module(machine, environment, path::join(build.folder, "capi"), extension);
  if (module.empty()) build.missing_files.push_back("capi/" + extension_pattern(environment, extension));
  else build.objects.push_back(module);
  if (module.empty()) return;
  for (std::string_view name : {bridge, provider})
    if (std::string file = find_beside(machine, environment, build, name); !file.empty()) build.objects.push_back(std::move(file));
}

bool has_provider(const FrameworkBuild& build) { return !build.objects.empty() && build.objects.back().ends_with(provider); }

// Releases before 1.8 have no such file: the provider's library alone tells.
void judge_by_provider(FrameworkBuild& build, const Evidence& evidence) {
  bool gpu = has_provider(build);
  Evidence where{Source::file, path::join(build.folder, path::join("capi", provider)), gpu ? "" : "not there"};
  build.accelerator = Fact<Accelerator>::known(gpu ? Accelerator::cuda : Accelerator::cpu, where);
  build.cuda_version = gpu ? Fact<std::string>::unknown(Why::malformed, "the package does not say which CUDA it needs", evidence)
                           : Fact<std::string>::absent(where);
}

// Returns the package that the files belong to, "" when they do not say.
std::string read_build_words(Machine& machine, FrameworkBuild& build) {
  std::string file = path::join(build.folder, build_words);
  auto text = read_package_file(machine, file, 64 << 10);
  if (text.is_absent()) {
    judge_by_provider(build, text.evidence());
    return {};
  }
  if (text.is_unknown()) {
    build.version = build.cuda_version = Fact<std::string>::unknown(text.why(), text.detail(), text.evidence());
    build.accelerator = Fact<Accelerator>::unknown(text.why(), text.detail(), text.evidence());
    return {};
  }
  auto words = python_source::parse_assignments(*text);
  std::string package = text_of(words, "package_name"), version = text_of(words, "__version__"), cuda = text_of(words, "cuda_version");
  auto evidence = [&](const std::string& excerpt) { return Evidence{Source::file, file, excerpt}; };
  if (!version.empty()) build.version = Fact<std::string>::known(version, evidence("__version__ = " + version));
  std::string name = normalised_package_name(package);
  if (name.empty() && cuda.empty()) {
    build.accelerator = Fact<Accelerator>::unknown(Why::malformed, "build_and_package_info.py names no package", evidence(""));
    build.cuda_version = Fact<std::string>::unknown(Why::malformed, "build_and_package_info.py names no package", evidence(""));
    return {};
  }
  auto is = [&](Accelerator kind) {
    std::string says = "package_name = " + name + (cuda.empty() ? ", no cuda_version" : ", cuda_version = " + cuda);
    build.accelerator = Fact<Accelerator>::known(kind, evidence(says));
  };
  if (name.ends_with("-rocm") || name.ends_with("-migraphx")) is(Accelerator::rocm);
  else if (name.ends_with("-openvino")) is(Accelerator::xpu);
  else if (!cuda.empty() || name.ends_with("-gpu")) is(Accelerator::cuda);
  else is(Accelerator::cpu);
  if (!cuda.empty()) build.cuda_version = Fact<std::string>::known(cuda, evidence("cuda_version = " + cuda));
  else if (build.accelerator.is(Accelerator::cuda))
    build.cuda_version = Fact<std::string>::unknown(Why::malformed, "build_and_package_info.py does not say cuda_version", evidence(""));
  else build.cuda_version = Fact<std::string>::absent(evidence("no cuda_version"));
  return name;
}

}  // namespace

std::optional<FrameworkBuild> read_onnxruntime_build(Machine& machine, PythonEnvironment& environment) {
  FrameworkBuild build;
  build.framework = FrameworkKind::onnxruntime;
  FoundPackage found = find_package(machine, environment, "onnxruntime");
  build.folder = found.folder;
  std::vector<const Package*> distributions = find_distributions(environment, owners, found.folder);
  if (found.folder.empty() && distributions.empty()) return std::nullopt;
  std::string by_files;
  if (found.folder.empty()) {
    build.missing_files.push_back("onnxruntime/");
  } else {
    if (found.is_namespace) build.missing_files.push_back("__init__.py");
    read_objects(machine, environment, build);
    by_files = read_build_words(machine, build);
  }
  const Package* owner = find_owner(distributions, by_files, build.version);
  take_owner(build, distributions, owner);
  if (owner) {
    Package copy = *owner;
    note_foreign_python(machine, environment, copy);
  }
  return build;
}

}  // namespace gpuwhy
