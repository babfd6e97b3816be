#include "facts/facts.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

#include "facts/tables.h"

namespace gpuwhy::facts {

namespace {

// The row whose key equals `key` in a table sorted by that key, or nothing.
template <typename Row, typename Key, typename Projection>
const Row* find_sorted(std::span<const Row> rows, const Key& key, Projection projection) {
  auto row = std::ranges::lower_bound(rows, key, {}, projection);
  return row != rows.end() && std::invoke(projection, *row) == key ? &*row : nullptr;
}

// Does `version` begin with the numbers of `prefix`: 2.10.1 with "2.10", never with "2.1".
bool has_prefix(const Version& version, const Version& prefix) {
  for (std::size_t i = 0; i < prefix.size(); ++i)
    if (version.number(i) != prefix.number(i)) return false;
  return true;
}

// One element of a list such as "linux-x86_64;windows-x86_64".
bool contains_element(std::string_view list, std::string_view system, std::string_view machine) {
  while (!list.empty()) {
    std::string_view element = list.substr(0, list.find(';'));
    if (element.starts_with(system) && element.substr(system.size()) == machine) return true;
    list.remove_prefix(std::min(element.size() + 1, list.size()));
  }
  return false;
}

}  // namespace

std::string_view as_of() { return tables::as_of; }

const PciDevice* find_pci_device(std::uint16_t id) { return find_sorted(tables::pci_devices, id, &PciDevice::id); }

const DriverBranch* find_driver_branch(int branch) { return find_sorted(tables::driver_branches, branch, &DriverBranch::branch); }
std::span<const DriverBranch> driver_branches() { return tables::driver_branches; }

const ToolkitMinimum* find_toolkit_minimum(int cuda) { return find_sorted(tables::toolkit_minimums, cuda, &ToolkitMinimum::cuda); }
const ToolkitTargets* find_toolkit_targets(int cuda) { return find_sorted(tables::toolkit_targets, cuda, &ToolkitTargets::cuda); }

const ErrorCode* find_driver_error(int code) { return find_sorted(tables::driver_errors, code, &ErrorCode::code); }
const ErrorCode* find_runtime_error(int code) { return find_sorted(tables::runtime_errors, code, &ErrorCode::code); }
const ErrorCode* find_nvml_error(int code) { return find_sorted(tables::nvml_errors, code, &ErrorCode::code); }

std::span<const DeviceNode> device_nodes() { return tables::device_nodes; }

const TensorflowRelease* find_tensorflow(const Version& wanted) {
  // Post-releases compare equal to their release (2.15.0.post1 and 2.15.0), so the text decides first.
  auto same_text = std::ranges::find(tables::tensorflow_releases, std::string_view(wanted.text()), &TensorflowRelease::release);
  if (same_text != tables::tensorflow_releases.end()) return &*same_text;
  const TensorflowRelease* newest = nullptr;
  std::optional<Version> newest_version;
  for (const TensorflowRelease& row : tables::tensorflow_releases) {
    auto release = Version::parse(row.release);
    if (!release || release->major() != wanted.major() || release->minor() != wanted.minor()) continue;
    if (*release == wanted) return &row;
    if (!newest || *release >= *newest_version) {
      newest = &row;
      newest_version = std::move(release);
    }
  }
  return newest;
}
std::span<const TensorflowRelease> tensorflow_releases() { return tables::tensorflow_releases; }
std::span<const TensorflowPackage> tensorflow_packages() { return tables::tensorflow_packages; }

const TorchRelease* find_torch(const Version& wanted, std::string_view variant, std::string_view architecture) {
  for (const TorchRelease& row : tables::torch_releases) {
    auto release = Version::parse(row.release);
    if (!release || release->major() != wanted.major() || release->minor() != wanted.minor()) continue;
    if (!contains_element(row.platform, "linux-", architecture)) continue;
    if (variant.empty() ? row.pypi_default : row.variant == variant) return &row;
  }
  return nullptr;
}
std::span<const TorchRelease> torch_releases() { return tables::torch_releases; }

const JaxRelease* find_jax(const Version& wanted, int cuda_major) {
  const JaxRelease* newest = nullptr;
  std::optional<Version> newest_version;
  for (const JaxRelease& row : tables::jax_releases) {
    auto release = Version::parse(row.release);
    if (!release || row.cuda_major != cuda_major || *release > wanted) continue;
    if (newest && *release < *newest_version) continue;
    newest = &row;
    newest_version = std::move(release);
  }
  return newest;
}
std::span<const JaxRelease> jax_releases() { return tables::jax_releases; }

const GpuPackage* find_gpu_package(std::string_view package, const Version& wanted) {
  const GpuPackage* in_range = nullptr;
  for (const GpuPackage& row : tables::gpu_packages) {
    if (row.package != package || !is_in_versions(wanted, row.versions)) continue;
    bool is_single = row.versions != "any" && !row.versions.starts_with("any ") && row.versions.find("..") == std::string_view::npos;
    if (is_single) return &row;
    if (!in_range) in_range = &row;
  }
  return in_range;
}
std::span<const GpuPackage> gpu_packages() { return tables::gpu_packages; }

std::span<const FrameworkLibrary> framework_libraries() { return tables::framework_libraries; }

bool is_in_versions(const Version& wanted, std::string_view range) {
  range = range.substr(0, range.find(' '));
  if (range == "any") return true;
  std::size_t dots = range.find("..");
  if (dots == std::string_view::npos) {
    auto only = Version::parse(range);
    return only && has_prefix(wanted, *only);
  }
  std::string_view first_text = range.substr(0, dots), last_text = range.substr(dots + 2);
  auto first = Version::parse(first_text), last = Version::parse(last_text);
  if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last)) return false;
  return (!first || wanted >= *first || has_prefix(wanted, *first)) && (!last || wanted <= *last || has_prefix(wanted, *last));
}

std::span<const WheelLibrary> wheel_libraries() { return tables::wheel_libraries; }

const WheelLibrary* find_wheel_for(std::string_view soname, int cuda_major) {
  for (const WheelLibrary& row : std::ranges::equal_range(tables::wheel_libraries, soname, {}, &WheelLibrary::soname))
    if (cuda_major == 0 || row.cuda_major == cuda_major) return &row;
  return nullptr;
}

const CudnnRelease* find_cudnn(const Version& wanted, int cuda_major) {
  for (const CudnnRelease& row : tables::cudnn_releases) {
    auto release = Version::parse(row.cudnn);
    int major = 0;
    std::from_chars(row.cuda_major.data(), row.cuda_major.data() + row.cuda_major.size(), major);
    if (release && release->major() == wanted.major() && release->minor() == wanted.minor() && major == cuda_major) return &row;
  }
  return nullptr;
}

bool is_known_variable(std::string_view name) { return std::ranges::binary_search(tables::known_variables, name); }
std::span<const std::string_view> known_variables() { return tables::known_variables; }

}  // namespace gpuwhy::facts
