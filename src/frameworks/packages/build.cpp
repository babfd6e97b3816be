#include "frameworks/packages/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "base/version.h"
#include "facts/facts.h"
#include "frameworks/architecture.h"
#include "frameworks/packages/packages.h"

namespace gpuwhy::frameworks::packages {

namespace {

const Package* find(const std::vector<Package>& packages, std::string_view name) {
  auto found = std::ranges::find(packages, name, &Package::name);
  return found == packages.end() ? nullptr : &*found;
}

Evidence told_by(const Package& package) {
  return {Source::package, package.location, fmt::format("{} {}", package.name, package.version)};
}

Evidence table(std::string_view framework, std::string_view release, std::string_view source) {
  return {Source::package, fmt::format("facts: {} {}", framework, release), std::string(source)};
}

template <class T>
Fact<T> untold(std::string detail) {
  return Fact<T>::unknown(Why::not_probed, std::move(detail));
}

// A cell of the tables; unknown where nobody read it or where it says that there is none.
Fact<std::string> cell(std::string_view text, const Evidence& evidence) {
  if (text.empty() || text == "-") return untold<std::string>("no table tells");
  return Fact<std::string>::known(std::string(text), evidence);
}

void set_accelerator(FrameworkBuild& build, Accelerator accelerator, Evidence evidence) {
  build.accelerator = Fact<Accelerator>::known(accelerator, std::move(evidence));
}

void set_images(FrameworkBuild& build, std::string_view sass, std::string_view ptx, const Evidence& evidence) {
  std::vector<std::string> images = code_images_from_facts(sass, ptx);
  build.architectures = images.empty() ? untold<std::vector<std::string>>("no table tells which GPU code this release holds")
                                       : Fact<std::vector<std::string>>::known(std::move(images), evidence);
}

FrameworkBuild start(FrameworkKind framework, const Package& package) {
  FrameworkBuild build;
  build.framework = framework;
  build.version = Fact<std::string>::known(package.version, told_by(package));
  build.distribution = package.name;
  build.accelerator = untold<Accelerator>("no table tells whether this package holds GPU code");
  build.cuda_version = build.cudnn_version = untold<std::string>("no table tells");
  build.architectures = untold<std::vector<std::string>>("no table tells which GPU code this release holds");
  return build;
}

// Patch releases of one minor release are built with the same options: where the code of the very one was not read, that of another counts;
// where none of them was, that of the releases before and after it if both hold the same.
const facts::TensorflowRelease* row_with_code(const Version& release) {
  const facts::TensorflowRelease* row = facts::find_tensorflow(release);
  if (row && !row->sass.empty()) return row;
  const facts::TensorflowRelease *before = nullptr, *after = nullptr;
  for (const facts::TensorflowRelease& other : facts::tensorflow_releases()) {
    auto parsed = Version::parse(other.release);
    if (!parsed || other.sass.empty()) continue;
    if (parsed->major() == release.major() && parsed->minor() == release.minor()) return &other;
    if (*parsed < release) before = &other;
    else if (!after) after = &other;
  }
  bool is_bracketed = before && after && before->sass == after->sass && before->ptx == after->ptx;
  return is_bracketed ? before : nullptr;
}

// "tensorflow" before 2.1 was the build for the CPU, and "tensorflow-gpu" the other one (tensorflow_packages.tsv).
Accelerator accelerator_of_tensorflow(const Package& package, const std::optional<Version>& release) {
  if (package.name == "tensorflow-cpu" || package.name == "intel-tensorflow" || package.name == "tensorflow-cpu-aws")
    return Accelerator::cpu;
  if (package.name == "tensorflow-rocm") return Accelerator::rocm;
  if (package.name == "tensorflow-macos" || package.name == "tensorflow-metal") return Accelerator::metal;
  if (package.name == "tensorflow" && release && *release < version("2.1") && package.variant != "gpu") return Accelerator::cpu;
  return package.variant == "cpu" ? Accelerator::cpu : Accelerator::cuda;
}

std::optional<FrameworkBuild> tensorflow_of(const std::vector<Package>& packages, const std::string& architecture) {
  constexpr std::array<std::string_view, 7> names = {"tensorflow",       "tensorflow-gpu",  "tensorflow-cpu",  "tf-nightly",
                                                     "intel-tensorflow", "tensorflow-rocm", "tensorflow-macos"};
  for (std::string_view name : names) {
    const Package* package = find(packages, name);
    if (!package) continue;
    FrameworkBuild build = start(FrameworkKind::tensorflow, *package);
    auto release = Version::parse(package->version);
    bool is_arm = architecture == "aarch64" || architecture == "arm64";
    set_accelerator(build, is_arm ? Accelerator::cpu : accelerator_of_tensorflow(*package, release), told_by(*package));
    if (package->variant == unsaid_build) build.accelerator = untold<Accelerator>("the list does not say which build it is");
    if (!release || !build.accelerator.is(Accelerator::cuda)) return build;
    if (const facts::TensorflowRelease* row = facts::find_tensorflow(*release)) {
      build.cuda_version = cell(row->cuda, table("tensorflow", row->release, row->source));
      build.cudnn_version = cell(row->cudnn, table("tensorflow", row->release, row->source));
    }
    if (const facts::TensorflowRelease* row = row_with_code(*release))
      set_images(build, row->sass, row->ptx, table("tensorflow", row->release, row->source));
    return build;
  }
  return std::nullopt;
}

std::optional<FrameworkBuild> torch_of(const std::vector<Package>& packages, const std::string& architecture) {
  const Package* package = find(packages, "torch");
  if (!package) return std::nullopt;
  FrameworkBuild build = start(FrameworkKind::torch, *package);
  auto release = Version::parse(package->version);
  if (!release) return build;
  std::string variant = !release->local().empty() ? release->local() : package->variant;
  if (variant == "cpu") set_accelerator(build, Accelerator::cpu, told_by(*package));
  else if (variant.starts_with("rocm")) set_accelerator(build, Accelerator::rocm, told_by(*package));
  else if (variant.starts_with("xpu")) set_accelerator(build, Accelerator::xpu, told_by(*package));
  else if (variant.starts_with("cu")) set_accelerator(build, Accelerator::cuda, told_by(*package));
  if (build.accelerator.is_known() && !build.accelerator.is(Accelerator::cuda)) return build;
  if (variant == unsaid_cuda || variant == unsaid_build) return build;
  const facts::TorchRelease* row = facts::find_torch(*release, variant, architecture);
  if (!row) return build;
  Evidence evidence = table("torch", fmt::format("{}+{}", row->release, row->variant), row->source);
  if (!build.accelerator.is_known()) set_accelerator(build, row->cuda == "-" ? Accelerator::cpu : Accelerator::cuda, evidence);
  build.cuda_version = cell(row->cuda, evidence);
  build.cudnn_version = cell(row->cudnn, evidence);
  if (build.accelerator.is(Accelerator::cuda)) set_images(build, row->sass, row->ptx, evidence);
  return build;
}

// "0.4.26+cuda12.cudnn89": the jaxlib that held the CUDA code itself.
void read_monolithic(FrameworkBuild& build, const Package& jaxlib) {
  auto release = Version::parse(jaxlib.version);
  if (!release || !release->local().starts_with("cuda")) return;
  std::string local = release->local();
  std::string cuda = local.substr(4, local.find('.') - 4);
  set_accelerator(build, Accelerator::cuda, told_by(jaxlib));
  // "cuda111" is 11.1; "cuda12" names the major version alone.
  build.cuda_version = cell(cuda.size() > 2 ? cuda.substr(0, 2) + "." + cuda.substr(2) : cuda, told_by(jaxlib));
  std::size_t at = local.find("cudnn");
  if (at != std::string::npos && at + 5 < local.size()) build.cudnn_version = cell(local.substr(at + 5, 1), told_by(jaxlib));
}

std::optional<FrameworkBuild> jax_of(const std::vector<Package>& packages) {
  const Package* package = find(packages, "jax");
  if (!package) return std::nullopt;
  FrameworkBuild build = start(FrameworkKind::jax, *package);
  const Package* plugin = nullptr;
  int major = 0;
  for (const Package& part : packages) {
    bool is_part = part.name == "jaxlib" || part.name.starts_with("jax-cuda");
    if (is_part) build.parts.push_back({part.name, part.version, ""});
    if (!part.name.starts_with("jax-cuda") || !part.name.ends_with("-plugin")) continue;
    plugin = &part;
    major = static_cast<int>(parse_int(std::string_view(part.name).substr(8, 2)).value_or(0));
  }
  const Package* jaxlib = find(packages, "jaxlib");
  if (package->variant == unsaid_build) return build;
  if (jaxlib) read_monolithic(build, *jaxlib);
  bool has_tpu = find(packages, "libtpu") || find(packages, "libtpu-nightly");
  if (build.accelerator.is_known()) return build;
  if (!plugin) {
    set_accelerator(build, has_tpu ? Accelerator::tpu : Accelerator::cpu, told_by(jaxlib ? *jaxlib : *package));
    return build;
  }
  set_accelerator(build, Accelerator::cuda, told_by(*plugin));
  build.cuda_version = Fact<std::string>::known(std::to_string(major), told_by(*plugin));
  auto release = Version::parse(package->version);
  const facts::JaxRelease* row = release ? facts::find_jax(*release, major) : nullptr;
  if (!row) return build;
  Evidence evidence = table("jax", row->release, row->source);
  build.cudnn_version = cell(row->min_cudnn, evidence);
  set_images(build, row->sass, row->ptx, evidence);
  return build;
}

// Packages whose rows of the tables say all: one name is the GPU build, or it holds both.
std::optional<FrameworkBuild> listed_of(FrameworkKind framework, const Package& package) {
  FrameworkBuild build = start(framework, package);
  auto release = Version::parse(package.version);
  const facts::GpuPackage* row = release ? facts::find_gpu_package(package.name, *release) : nullptr;
  if (!row) return build;
  Evidence evidence = table(package.name, row->versions, row->source);
  if (row->gpu == "yes" || row->gpu == "both") set_accelerator(build, Accelerator::cuda, evidence);
  if (row->gpu == "no") set_accelerator(build, Accelerator::cpu, evidence);
  auto plain = [](std::string_view text) { return Version::parse(text).has_value() ? text : std::string_view(); };
  build.cuda_version = cell(plain(row->cuda_major), evidence);
  build.cudnn_version = cell(plain(row->cudnn_major), evidence);
  set_images(build, row->sass, row->ptx, evidence);
  return build;
}

}  // namespace

std::vector<FrameworkBuild> builds_of(const std::vector<Package>& packages, const std::string& architecture) {
  std::vector<FrameworkBuild> builds;
  if (auto build = tensorflow_of(packages, architecture)) builds.push_back(std::move(*build));
  if (auto build = torch_of(packages, architecture)) builds.push_back(std::move(*build));
  if (auto build = jax_of(packages)) builds.push_back(std::move(*build));
  for (const Package& package : packages) {
    bool is_onnx = package.name == "onnxruntime" || package.name.starts_with("onnxruntime-");
    bool is_cupy = package.name == "cupy" || package.name.starts_with("cupy-cuda");
    auto build = is_onnx   ? listed_of(FrameworkKind::onnxruntime, package)
                 : is_cupy ? listed_of(FrameworkKind::cupy, package)
                           : std::nullopt;
    bool has_one = build && std::ranges::find(builds, build->framework, &FrameworkBuild::framework) != builds.end();
    if (build && !has_one) builds.push_back(std::move(*build));
  }
  return builds;
}

}  // namespace gpuwhy::frameworks::packages
