#include "causes/support/gpu_packages.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "causes/support/framework_releases.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

constexpr int cuda_13 = 13000;
// Turing; the plugin and the packages for CUDA 13 hold nothing older.
constexpr ComputeCapability lowest_for_cuda_13 = {7, 5};
// The last release of ONNX Runtime whose package of PyPI is one for CUDA 12.
constexpr std::string_view last_onnxruntime_for_cuda_12 = "1.26.*";

bool cards_reach_cuda_13(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  if (!driver || !driver->devices.is_known() || driver->devices->empty()) return false;
  return std::ranges::all_of(*driver->devices, [](const CudaDevice& device) {
    auto capability = parse_compute_capability(device.compute_capability);
    return capability && *capability >= lowest_for_cuda_13;
  });
}

bool has_cuda_12_libraries(const PythonEnvironment& environment) {
  return environment.packages.is_known() && std::ranges::any_of(*environment.packages, [](const Package& package) {
           return package.name.starts_with("nvidia-") && package.name.ends_with("-cu12");
         });
}

std::string release_of(const FrameworkBuild& build) {
  auto parsed = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  return parsed ? parsed->text().substr(0, parsed->text().find('+')) : "";
}

// The distributions that own the files of a framework, as far as they are installed.
std::vector<std::string> owners_of(const FrameworkContext& context) {
  std::vector<std::string> owners;
  if (!context.environment.packages.is_known()) return owners;
  for (const Package& package : *context.environment.packages) {
    bool onnxruntime = context.build.framework == FrameworkKind::onnxruntime && package.name.starts_with("onnxruntime") &&
                       !package.name.starts_with("onnxruntime-genai") && !package.name.starts_with("onnxruntime-extensions");
    bool cupy = context.build.framework == FrameworkKind::cupy && (package.name == "cupy" || package.name.starts_with("cupy-"));
    bool plugin = context.build.framework == FrameworkKind::jax && package.name.starts_with("jax-cuda");
    if (onnxruntime || cupy || plugin) owners.push_back(package.name);
  }
  return owners;
}

// Releases of onnxruntime-gpu are for one CUDA each: the installed one where it fits, else the newest that does.
std::string onnxruntime_release(const std::string& installed, int cuda_major) {
  auto parsed = Version::parse(installed);
  const facts::GpuPackage* row = parsed ? facts::find_gpu_package("onnxruntime-gpu", *parsed) : nullptr;
  auto major = row ? Version::parse(row->cuda_major) : std::nullopt;
  return major && major->major() == cuda_major ? installed : std::string();
}

// The extra [ctk] and the search in NVIDIA's wheels begin with CuPy 14 (its manual of 13.2 knows neither); there is none for CUDA 11.
bool has_toolkit_extra(std::string_view release) {
  auto parsed = Version::parse(release);
  return !parsed || parsed->major() >= 14;
}

}  // namespace

int cuda_major_for(const Snapshot& snapshot, const PythonEnvironment& environment) {
  bool newest = driver_cuda(snapshot) >= cuda_13 && cards_reach_cuda_13(snapshot) && !has_cuda_12_libraries(environment);
  return newest ? 13 : 12;
}

std::string gpu_requirement(FrameworkKind framework, int cuda_major, std::string_view release) {
  std::string pin = release.empty() ? "" : fmt::format("=={}", release);
  switch (framework) {
    case FrameworkKind::jax:
      return fmt::format("jax[cuda{}]{}", cuda_major, pin);
    case FrameworkKind::onnxruntime:
      if (pin.empty() && cuda_major == 12) pin = fmt::format("=={}", last_onnxruntime_for_cuda_12);
      return fmt::format("onnxruntime-gpu[cuda,cudnn]{}", pin);
    case FrameworkKind::cupy:
      if (!has_toolkit_extra(release)) return fmt::format("cupy-cuda{}x[ctk]>=14", std::max(cuda_major, 12));
      return fmt::format("cupy-cuda{}x[ctk]{}", cuda_major, pin);
    case FrameworkKind::torch:
      return fmt::format("torch{}", pin);
    case FrameworkKind::tensorflow:
      break;
  }
  return release.empty() ? fmt::format("tensorflow[and-cuda]=={}", newest_release(framework).release)
                         : fmt::format("tensorflow[and-cuda]=={}", release);
}

void uninstall_first(Remedy& remedy, const PythonEnvironment& environment, const std::vector<std::string>& packages) {
  const std::string tool = remedy.commands.front().front();
  if (packages.empty() || tool == "conda") return;
  Command command = tool == "uv" ? Command{"uv", "pip", "uninstall", "--python", environment.interpreter}
                                 : Command{environment.interpreter, "-m", "pip", "uninstall", "-y"};
  command.insert(command.end(), packages.begin(), packages.end());
  remedy.commands.insert(remedy.commands.begin(), std::move(command));
}

std::optional<Remedy> replace_build(const FrameworkContext& context, int cuda_major) {
  FrameworkKind framework = context.build.framework;
  std::string release = release_of(context.build), title;
  std::vector<std::string> gone = owners_of(context);
  switch (framework) {
    case FrameworkKind::jax:
      title = fmt::format("install JAX's plugin for CUDA {} with its libraries", cuda_major);
      std::erase_if(gone, [&](const std::string& name) { return name.starts_with(fmt::format("jax-cuda{}-", cuda_major)); });
      break;
    case FrameworkKind::onnxruntime:
      title = fmt::format("put onnxruntime-gpu for CUDA {} in the place of what is installed", cuda_major);
      release = onnxruntime_release(release, cuda_major);
      break;
    case FrameworkKind::cupy:
      title = fmt::format("put CuPy's package for CUDA {} in the place of what is installed", cuda_major);
      break;
    default:
      return std::nullopt;
  }
  Remedy remedy = remedies::install(context.environment, std::move(title), {gpu_requirement(framework, cuda_major, release)});
  uninstall_first(remedy, context.environment, gone);
  remedy.check = remedies::check_command(context.environment, context.build);
  // What is taken out of JAX is the plugin for another CUDA; where packages own the same files, the installation writes them anew.
  if (framework == FrameworkKind::jax)
    for (const std::string& name : gone)
      remedy.effects.insert(remedy.effects.begin(), {Effect::Kind::remove_package, name, "", context.environment.interpreter});
  return remedy;
}

Remedy reinstall_build(const FrameworkContext& context, std::string title) {
  const FrameworkBuild& build = context.build;
  auto parsed = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  std::string release = release_of(build), index, pin = release.empty() ? "" : "==" + release;
  std::vector<std::string> requirements;
  if (build.framework == FrameworkKind::jax) {
    auto cuda = build.cuda_version.is_known() ? Version::parse(*build.cuda_version) : std::nullopt;
    // jaxlib and the plugin follow the version of jax; by force, each of them is written again.
    requirements = {cuda ? gpu_requirement(FrameworkKind::jax, cuda->major(), release) : "jax" + pin};
    for (const FrameworkPart& part : build.parts)
      if (find_package(context.environment, part.name)) requirements.push_back(part.name + pin);
  } else if (build.framework == FrameworkKind::onnxruntime || build.framework == FrameworkKind::cupy) {
    bool is_cupy = build.framework == FrameworkKind::cupy;
    std::string name = build.distribution.empty() ? (is_cupy ? "cupy" : "onnxruntime-gpu") : build.distribution;
    std::string extra = name == "onnxruntime-gpu"                                     ? "[cuda,cudnn]"
                        : name.starts_with("cupy-cuda") && has_toolkit_extra(release) ? "[ctk]"
                                                                                      : "";
    requirements = {name + extra + pin};
  } else {
    bool is_torch = build.framework == FrameworkKind::torch;
    requirements = {(build.distribution.empty() ? std::string(slug(build.framework)) : build.distribution) + pin};
    if (is_torch && parsed && !parsed->local().empty()) index = fmt::format("https://download.pytorch.org/whl/{}", parsed->local());
  }
  Remedy remedy = remedies::reinstall(context.environment, std::move(title), requirements, index);
  remedy.check = remedies::check_command(context.environment, build);
  return remedy;
}

}  // namespace gpuwhy
