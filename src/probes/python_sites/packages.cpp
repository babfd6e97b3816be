#include "probes/python_sites/packages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/path.h"
#include "base/text.h"
#include "formats/dist_info/dist_info.h"

namespace gpuwhy {

namespace {

constexpr std::size_t most_packages = 2000;

constexpr std::array<std::string_view, 29> prefixes_that_matter = {"tensorflow",
                                                                   "tf-",
                                                                   "intel-tensorflow",
                                                                   "intel-extension-for-",
                                                                   "torch",
                                                                   "pytorch",
                                                                   "triton",
                                                                   "nvidia-",
                                                                   "cuda-",
                                                                   "jax",
                                                                   "cupy",
                                                                   "onnxruntime",
                                                                   "keras",
                                                                   "tensorrt",
                                                                   "libtpu",
                                                                   "cudnn",
                                                                   "cudatoolkit",
                                                                   "libcublas",
                                                                   "libcudnn",
                                                                   "libcufft",
                                                                   "libcusparse",
                                                                   "libcusolver",
                                                                   "libcurand",
                                                                   "libnvjitlink",
                                                                   "libtorch",
                                                                   "nccl",
                                                                   "libnccl",
                                                                   "libtensorflow",
                                                                   "paddlepaddle"};

constexpr std::array<std::string_view, 10> names_that_matter = {"numpy",      "ml-dtypes", "xgboost",  "xgboost-cpu", "bitsandbytes",
                                                                "flash-attn", "vllm",      "xformers", "lightgbm",    "spacy"};

// Libraries that ride on a framework: what they ask of it says whether the two fit.
constexpr std::array<std::string_view, 12> riders = {"torchvision", "torchaudio", "triton",   "flash-attn", "bitsandbytes", "vllm",
                                                     "xformers",    "keras",      "tf-keras", "cupy",       "ml-dtypes",    "xgboost"};

bool is_framework(std::string_view name) {
  return name.starts_with("tensorflow") || name.starts_with("tf-nightly") || name.starts_with("intel-tensorflow") || name == "torch" ||
         name == "tf-rocm" || name.starts_with("jax") || name.starts_with("onnxruntime");
}

bool keeps_requirements(std::string_view name) {
  return is_framework(name) || name.starts_with("cupy-") || std::ranges::find(riders, name) != riders.end();
}

bool requirement_matters(const std::string& requirement) {
  std::string name = dist_info::requirement_name(requirement);
  return name.starts_with("nvidia-") || name.starts_with("cuda-") || name == "triton" || name == "pytorch-triton" ||
         name == "tensorflow-intel" || name.starts_with("tensorflow-cpu") || name.starts_with("tensorflow-macos") ||
         name.starts_with("tensorrt") || name == "torch" || name == "numpy" || name.starts_with("jax");
}

class Collector {
 public:
  explicit Collector(Folders& folders) : machine_(folders.machine()), folders_(folders) {}

  void scan(const std::string& folder);
  void scan_conda(const std::string& prefix);
  FoundPackages finish();

 private:
  void keep(const std::string& folder, const std::string& file_name, const dist_info::EntryName& entry);
  void read_metadata(const std::string& location, const dist_info::EntryName& entry, Package& package);
  void read_direct_url(const std::string& location, const Package& package);

  Machine& machine_;
  Folders& folders_;
  std::vector<Package> packages_;
  std::vector<std::string> notes_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen_;  // folders by identity: lib64 is often a link to lib
  std::string unlisted_, unlisted_detail_;
  AccessProblem unlisted_problem_ = AccessProblem::io_error;
};

void Collector::read_metadata(const std::string& location, const dist_info::EntryName& entry, Package& package) {
  auto info = machine_.stat(location);
  bool is_file = info && info->kind == FileKind::regular;  // an old .egg-info may be its own PKG-INFO
  std::string file = is_file ? location : path::join(location, entry.kind == dist_info::EntryKind::dist_info ? "METADATA" : "PKG-INFO");
  auto open = info ? machine_.open(file) : Access<std::unique_ptr<File>>(std::unexpected(info.error()));
  if (!open) {
    package.damaged_metadata = true;
    notes_.push_back(fmt::format("{} has no readable {}: {}", location, path::filename(file), printable(open.error().detail)));
    return;
  }
  constexpr std::size_t first_part = 16 << 10;
  auto bytes = (*open)->read_at(0, first_part);
  bool whole = bytes && bytes->size() < first_part;
  auto metadata = dist_info::parse_core_metadata(bytes ? *bytes : std::string(), whole);
  if (bytes && !whole && !metadata.headers_complete) {
    bytes = (*open)->read_at(0, dist_info::metadata_limit);
    whole = bytes && bytes->size() < dist_info::metadata_limit;
    metadata = dist_info::parse_core_metadata(bytes ? *bytes : std::string(), whole);
  }
  package.damaged_metadata = !metadata.headers_complete || metadata.name.empty() || metadata.version.empty();
  if (package.version.empty()) package.version = printable(metadata.version, 100);
  package.requires_python = printable(metadata.requires_python, 200);
  if (keeps_requirements(package.name))
    for (const std::string& requirement : metadata.requires_dist)
      if (requirement_matters(requirement)) package.requires_dist.push_back(printable(requirement, 300));
}

void Collector::read_direct_url(const std::string& location, const Package& package) {
  if (!is_framework(package.name)) return;
  auto bytes = machine_.read(path::join(location, "direct_url.json"), 64 << 10);
  if (!bytes) return;
  auto direct = dist_info::parse_direct_url(*bytes);
  if (direct.is_editable)
    notes_.push_back(fmt::format("{} {} is an editable install of {}", package.name, package.version, printable(direct.path)));
}

void Collector::keep(const std::string& folder, const std::string& file_name, const dist_info::EntryName& entry) {
  std::string location = path::join(folder, file_name);
  for (const Package& earlier : packages_) {
    if (earlier.name != entry.name) continue;
    if (path::parent(earlier.location) == folder) {
      notes_.push_back(fmt::format("{} has two installations of {}: {} and {}; one of them was not removed cleanly", folder, entry.name,
                                   earlier.version, entry.version));
      break;
    }
    notes_.push_back(fmt::format("{} {} in {} is hidden by {} in {}, which comes first", entry.name, entry.version, folder, earlier.version,
                                 path::parent(earlier.location)));
    return;
  }
  Package package;
  package.name = entry.name;
  package.version = entry.version;
  package.location = location;
  read_metadata(location, entry, package);
  if (entry.kind == dist_info::EntryKind::dist_info) {
    if (auto installer = machine_.read(path::join(location, "INSTALLER"), 4096)) package.installer = dist_info::parse_installer(*installer);
    read_direct_url(location, package);
  }
  packages_.push_back(std::move(package));
}

void Collector::scan(const std::string& folder) {
  auto info = machine_.stat(folder);
  if (!info || info->kind != FileKind::directory) {
    if (info || info.error().problem == AccessProblem::not_found || info.error().problem == AccessProblem::not_a_directory) return;
    unlisted_ = folder, unlisted_problem_ = info.error().problem, unlisted_detail_ = info.error().detail;
    return;
  }
  if (!seen_.emplace(info->device, info->inode).second) return;
  const auto& names = folders_.list(folder);
  if (!names) {
    unlisted_ = folder, unlisted_problem_ = names.error().problem, unlisted_detail_ = names.error().detail;
    return;
  }
  for (const std::string& name : *names) {
    if (!name.ends_with("-info")) continue;
    auto entry = dist_info::parse_entry_name(name);
    if (!entry || packages_.size() >= most_packages) continue;
    if (entry->name.starts_with('~')) {
      notes_.push_back(fmt::format("{}/{} was left behind by an interrupted pip", folder, printable(name)));
      continue;
    }
    if (matters_to_a_gpu(entry->name)) keep(folder, name, *entry);
  }
}

// conda records every package, of Python or not, in one file each; those of Python have a dist-info too, which then counts.
void Collector::scan_conda(const std::string& prefix) {
  std::string folder = path::join(prefix, "conda-meta");
  const auto& names = folders_.list(folder);
  if (!names) return;
  for (const std::string& name : *names) {
    auto entry = dist_info::parse_conda_entry_name(name);
    if (!entry || !matters_to_a_gpu(entry->name) || packages_.size() >= most_packages) continue;
    bool known = std::ranges::any_of(
        packages_, [&](const Package& package) { return package.name == entry->name && package.version == entry->version; });
    if (known) continue;
    Package package;
    package.name = entry->name;
    package.version = entry->version;
    package.location = path::join(folder, name);
    package.installer = "conda";
    packages_.push_back(std::move(package));
  }
}

FoundPackages Collector::finish() {
  FoundPackages found;
  found.notes = std::move(notes_);
  if (unlisted_.empty()) {
    found.packages = Fact<std::vector<Package>>::known(std::move(packages_));
    return found;
  }
  // A folder that could not be listed may hold anything: the list as a whole is not known.
  found.packages =
      Fact<std::vector<Package>>::unknown(unlisted_problem_ == AccessProblem::denied ? Why::denied : Why::malformed,
                                          fmt::format("{}: {}", unlisted_, printable(unlisted_detail_)), {Source::file, unlisted_, ""});
  return found;
}

}  // namespace

bool matters_to_a_gpu(std::string_view name) {
  return std::ranges::any_of(prefixes_that_matter, [&](std::string_view prefix) { return name.starts_with(prefix); }) ||
         std::ranges::find(names_that_matter, name) != names_that_matter.end();
}

FoundPackages find_packages(Folders& folders, const SearchPath& search_path) {
  Collector collector(folders);
  for (const std::string& entry : *search_path.entries) {
    bool of_the_library =
        std::ranges::any_of(search_path.library_entries, [&](const std::string& known) { return path::normalised(known) == entry; });
    if (!of_the_library) collector.scan(entry);
  }
  collector.scan_conda(search_path.prefix);
  return collector.finish();
}

}  // namespace gpuwhy
