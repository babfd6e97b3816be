#include "causes/support/older_builds.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "base/version.h"
#include "causes/support/gpu_packages.h"
#include "facts/facts.h"
#include "frameworks/architecture.h"

namespace gpuwhy {

namespace {

bool is_python_supported(const Version& python, std::string_view ranges) {  // "2.7,3.3-3.7"
  for (std::string_view range : split(ranges, ',')) {
    std::size_t dash = range.find('-');
    auto first = Version::parse(range.substr(0, dash));
    auto last = dash == std::string_view::npos ? first : Version::parse(range.substr(dash + 1));
    if (first && last && *first <= python && python <= *last) return true;
  }
  return false;
}

bool does_driver_support(int driver_cuda, std::string_view cuda) {
  auto wanted = Version::parse(cuda);
  if (!wanted) return false;
  // Minor versions are compatible with each other from CUDA 11 on.
  return wanted->major() >= 11 ? wanted->major() <= driver_cuda / 1000 : facts::cuda_number(*wanted) <= driver_cuda;
}

std::vector<std::string> capabilities(const Snapshot& snapshot) {
  std::vector<std::string> found;
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver && driver->devices.is_known())
    for (const CudaDevice& device : *driver->devices) found.push_back(device.compute_capability);
  if (!found.empty()) return found;
  for (const PciFunction* card : nvidia_functions(snapshot)) {
    const facts::PciDevice* device = facts::find_pci_device(static_cast<std::uint16_t>(card->device));
    if (device && !device->compute_capability.empty()) found.emplace_back(device->compute_capability);
  }
  return found;
}

// An older driver cannot compile the PTX of a newer toolkit, so only ready code counts.
bool has_code_for_cards(const Snapshot& snapshot, std::string_view sass) {
  std::vector<std::string> images = code_images_from_facts(sass, "-");
  if (images.empty()) return false;
  return std::ranges::all_of(capabilities(snapshot),
                             [&](const std::string& card) { return judge_code(images, card).support == CodeSupport::native; });
}

std::optional<Remedy> older_torch(const FrameworkContext& context, int driver_cuda, const Version& python, const Version& installed) {
  const Fact<std::string>& processor = context.snapshot.host.architecture;
  if (!processor.is_known()) return std::nullopt;
  const facts::TorchRelease* best = nullptr;
  bool best_same = false;
  for (const facts::TorchRelease& row : facts::torch_releases()) {
    auto release = Version::parse(row.release);
    bool fits = release && row.platform.find(fmt::format("linux-{}", *processor)) != std::string_view::npos &&
                does_driver_support(driver_cuda, row.cuda) && is_python_supported(python, row.python) &&
                has_code_for_cards(context.snapshot, row.sass);
    if (!fits) continue;
    bool same = release->major() == installed.major() && release->minor() == installed.minor();
    auto rank = [](const facts::TorchRelease& of, bool is_same) { return std::tuple(is_same, version(of.release), version(of.cuda)); };
    if (best && rank(row, same) <= rank(*best, best_same)) continue;
    best = &row;
    best_same = same;
  }
  if (!best) return std::nullopt;
  std::string wanted = best_same ? installed.text().substr(0, installed.text().find('+')) : fmt::format("{}.*", best->release);
  Remedy remedy = remedies::torch_variant(context.environment, wanted, best->variant);
  remedy.title = fmt::format("or, where the driver cannot be changed, take the build for CUDA {} ({})", best->cuda, best->variant);
  return remedy;
}

std::optional<Remedy> older_tensorflow(const FrameworkContext& context, int driver_cuda, const Version& python) {
  const facts::TensorflowRelease* best = nullptr;
  for (const facts::TensorflowRelease& row : facts::tensorflow_releases()) {
    auto release = Version::parse(row.release);
    // The extra that brings the CUDA libraries begins with 2.14.
    bool fits = release && *release >= version("2.14") && does_driver_support(driver_cuda, row.cuda) &&
                is_python_supported(python, row.python) && has_code_for_cards(context.snapshot, row.sass);
    if (fits && (!best || *release >= version(best->release))) best = &row;
  }
  if (!best) return std::nullopt;
  return remedies::install(context.environment,
                           fmt::format("or, where the driver cannot be changed, take TensorFlow {} for CUDA {}", best->release, best->cuda),
                           {fmt::format("tensorflow[and-cuda]=={}", best->release)});
}

// JAX, ONNX Runtime and CuPy: the packages for CUDA 12 in the place of those for 13.
std::optional<Remedy> build_for_older_cuda(const FrameworkContext& context, int driver_cuda) {
  auto cuda = context.build.cuda_version.is_known() ? Version::parse(*context.build.cuda_version) : std::nullopt;
  constexpr int cuda_12 = 12000;
  if (!cuda || cuda->major() <= 12 || driver_cuda < cuda_12) return std::nullopt;
  return replace_build(context, 12);
}

}  // namespace

std::optional<Remedy> older_build(const FrameworkContext& context, int driver_cuda) {
  auto python = context.environment.version.is_known() ? Version::parse(*context.environment.version) : std::nullopt;
  auto installed = context.build.version.is_known() ? Version::parse(*context.build.version) : std::nullopt;
  if (!python || !installed) return std::nullopt;
  if (context.build.framework != FrameworkKind::torch && context.build.framework != FrameworkKind::tensorflow)
    return build_for_older_cuda(context, driver_cuda);
  Version minor = version(fmt::format("{}.{}", python->major(), python->minor()));
  auto remedy = context.build.framework == FrameworkKind::torch ? older_torch(context, driver_cuda, minor, *installed)
                                                                : older_tensorflow(context, driver_cuda, minor);
  if (remedy) remedy->check = remedies::check_command(context.environment, context.build);
  return remedy;
}

}  // namespace gpuwhy
