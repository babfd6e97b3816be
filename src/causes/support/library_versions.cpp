#include "causes/support/library_versions.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/questions.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

// "/home/ana/venv/lib/python3.12/site-packages" of a file below it, "" when it is in no folder of packages.
std::string site_of(std::string_view path) {
  for (std::string_view name : {"/site-packages/", "/dist-packages/"})
    if (std::size_t at = path.rfind(name); at != std::string_view::npos) return std::string(path.substr(0, at + name.size() - 1));
  return {};
}

// The package whose wheel has a file at this place. Of two that share it (cuDNN for CUDA 12 and for 13) the one that was written last.
const Package* owner_of(const PythonEnvironment& environment, std::string_view place) {
  const Package* owner = nullptr;
  bool is_disputed = false;
  for (const facts::WheelLibrary& library : facts::wheel_libraries()) {
    const Package* package = library.path == place ? find_package(environment, library.wheel) : nullptr;
    if (!package || package == owner) continue;
    bool comparable =
        owner && package->installed_at.is_known() && owner->installed_at.is_known() && *package->installed_at != *owner->installed_at;
    if (!owner || (comparable && *package->installed_at > *owner->installed_at)) owner = package;
    else if (!comparable) is_disputed = true;
  }
  return is_disputed ? nullptr : owner;
}

LibraryVersion version_by_package(const Snapshot& snapshot, const std::string& path) {
  std::string site = site_of(path);
  if (site.empty()) return {};
  std::string place = path.substr(site.size() + 1);
  for (const PythonEnvironment& environment : snapshot.environments) {
    if (!environment.search_path.is_known()) continue;
    if (std::ranges::find(*environment.search_path, site) == environment.search_path->end()) continue;
    if (const Package* owner = owner_of(environment, place))
      return {Version::parse(owner->version), {Source::package, owner->location, owner->version}};
  }
  return {};
}

// The toolkit's own libraries bear its version; cuDNN, NCCL, cuBLAS and others count by themselves.
bool counts_as_toolkit(std::string_view name) {
  return name.starts_with("libnvJitLink") || name.starts_with("libcudart") || name.starts_with("libnvrtc");
}

// "12.1" of /usr/local/cuda-12.1/lib64/libnvJitLink.so.12
std::optional<Version> version_by_folder(std::string_view path) {
  for (std::string_view part : split(path, '/')) {
    if (!part.starts_with("cuda-")) continue;
    std::string_view number = part.substr(5);
    number = number.substr(0, number.find_first_not_of("0123456789."));
    auto version = Version::parse(number);
    if (version && version->size() >= 2) return version;
  }
  return std::nullopt;
}

}  // namespace

LibraryVersion version_of_library(const Snapshot& snapshot, const std::string& opened) {
  std::string path = path::normalised(opened);
  const Candidate* file = snapshot.libraries.find(path);
  if (!file) file = snapshot.libraries.find(opened);
  std::string real = file && !file->real_path.empty() ? file->real_path : path;
  for (const std::string& place : {path, real})
    if (LibraryVersion told = version_by_package(snapshot, place); told.version) return told;
  if (std::string words = driver_version_of_file(real); !words.empty()) return {Version::parse(words), {Source::file, real, {}}};
  if (counts_as_toolkit(path::filename(path)))
    for (const std::string& place : {path, real})
      if (auto version = version_by_folder(place)) return {version, {Source::file, place, {}}};
  return {};
}

std::string words_of(const LibraryVersion& version) { return version.version ? version.version->text() : "of unknown version"; }

bool is_same_release(const Version& a, const Version& b) {
  for (std::size_t i = 0; i < std::min<std::size_t>({a.size(), b.size(), 3}); ++i)
    if (a.number(i) != b.number(i)) return false;
  return true;
}

std::string folder_of_variable(const Snapshot& snapshot, std::string_view path) {
  const Fact<std::string>& value = snapshot.loader.library_path;
  if (!value.is_known()) return {};
  std::string parent(path::parent(path::normalised(path)));
  for (std::string_view list : split(*value, ':'))
    for (std::string_view folder : split(list, ';'))
      if (!folder.empty() && path::normalised(folder) == parent) return std::string(folder);
  return {};
}

}  // namespace gpuwhy
