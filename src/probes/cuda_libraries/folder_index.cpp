#include "probes/cuda_libraries/folder_index.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy::probes {

bool IndexedFolder::has(std::string_view name) const { return listing && std::ranges::binary_search(*listing, name, std::less<>{}); }

bool FolderIndex::is_plain_folder(const std::string& path) {
  auto known = plain_folders_.find(path);
  if (known != plain_folders_.end()) return known->second;
  auto info = machine_.lstat(path);
  return plain_folders_.emplace(path, info && info->kind == FileKind::directory).first->second;
}

std::string FolderIndex::key_of(const std::string& folder, std::vector<std::string>& climbs) {
  if (!folder.starts_with('/')) return {};
  std::string key;
  for (std::string_view part : split(folder, '/')) {
    if (part.empty() || part == ".") continue;
    bool stays = part == ".." && (key.ends_with("/..") || (!key.empty() && !is_plain_folder(key)));
    if (part == ".." && !stays) {
      key.resize(key.empty() ? 0 : key.rfind('/'));
      continue;
    }
    (key += '/') += part;
    if (stays) climbs.push_back(key);
  }
  return key.empty() ? "/" : key;
}

IndexedFolder* FolderIndex::find(const std::string& key) {
  auto at = by_key_.find(key);
  return at == by_key_.end() ? nullptr : at->second;
}

const Listing* FolderIndex::find_listing(const std::string& real_path) const {
  auto at = listings_.find(real_path);
  return at == listings_.end() || !at->second ? nullptr : &*at->second;
}

IndexedFolder* FolderIndex::add(const std::string& key) {
  if (find(key)) return nullptr;
  auto folder = std::make_unique<IndexedFolder>();
  folder->path = key;
  auto unreadable = [&](const AccessError& error) {
    bool absent = error.problem == AccessProblem::not_found || error.problem == AccessProblem::not_a_directory;
    folder->state = absent ? IndexedFolder::State::absent : IndexedFolder::State::unknown;
    folder->why = error.problem == AccessProblem::denied ? Why::denied : Why::malformed;
    folder->detail = error.detail;
  };
  if (auto real = machine_.real_path(key)) {
    folder->real_path = *real;
    auto listing = listings_.find(*real);
    if (listing == listings_.end()) listing = listings_.emplace(*real, machine_.list(*real)).first;
    if (listing->second) {
      folder->state = IndexedFolder::State::listed;
      folder->listing = &*listing->second;
    } else if (listing->second.error().problem == AccessProblem::denied) {
      folder->state = IndexedFolder::State::blind;
      folder->detail = listing->second.error().detail;
    } else if (!machine_.is_folder(*real)) {
      folder->state = IndexedFolder::State::absent;
    } else {
      unreadable(listing->second.error());
    }
  } else {
    unreadable(real.error());
  }
  folders_.push_back(std::move(folder));
  by_key_.emplace(key, folders_.back().get());
  return folders_.back().get();
}

}  // namespace gpuwhy::probes
