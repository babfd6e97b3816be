#include "probes/cuda_libraries/collector.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/path.h"
#include "base/text.h"

namespace gpuwhy::probes {
namespace {

// An environment with five frameworks brings 90 folders and 160 files, and some 300 names that are the next one's too; of environments, 64
// are looked at. A hostile file ends here.
constexpr std::size_t most_names = 5'000, most_folders = 16'000, most_candidates = 20'000;
constexpr int most_spellings = 8;                // of one file's folder: a link to a folder above it would give endlessly many
constexpr std::uint64_t largest_stub = 1 << 20;  // NVIDIA's is 100 kB; real drivers have tens of MB

}  // namespace

Collector::Collector(Machine& machine, CollectorSettings settings) : machine_(machine), settings_(std::move(settings)), folders_(machine) {
  if (!settings_.cache) return;
  const std::int32_t wanted = ldcache::flags_for(settings_.elf_machine);
  for (std::size_t i = 0; i < settings_.cache->entries.size(); ++i)
    if (settings_.cache->entries[i].flags == wanted) cache_by_name_.emplace(settings_.cache->entries[i].name, i);
}

void Collector::add_name(const std::string& name) {
  if (name.empty() || name.size() > 4096) return;
  if (name.find('/') != std::string::npos) {
    if (name.starts_with('/')) add_file(name, Role::library);
    return;
  }
  if (names_.size() >= most_names) {
    incomplete_ = true;
    return;
  }
  if (names_.insert(name).second) pending_names_.push_back(name);
}

std::string Collector::key_of(const std::string& folder) {
  auto known = keys_.find(folder);
  if (known != keys_.end()) return known->second;
  std::vector<std::string> climbs;
  std::string key = folders_.key_of(folder, climbs);
  keys_.emplace(folder, key);
  for (const std::string& climb : climbs)
    if (!folders_.find(climb)) pending_folders_.push_back(climb);
  return key;
}

void Collector::add_folder(const std::string& folder) {
  std::string key = key_of(folder);
  if (key.empty()) return;
  if (folders_.all().size() + pending_folders_.size() >= most_folders) {
    incomplete_ = true;
    return;
  }
  if (!folders_.find(key)) pending_folders_.push_back(key);
}

void Collector::add_known_place(const std::string& folder) {
  if (machine_.is_folder(folder)) add_folder(folder);
}

void Collector::add_library_path(const std::string& list, const std::string& origin) {
  loader::Tokens tokens{origin, settings_.lib_token, settings_.platform_token};
  for (const std::string& folder :
       settings_.is_musl ? loader::musl_folders_of(list) : loader::folders_of(list, loader::variable_separators, tokens))
    add_folder(folder);
}

void Collector::add_search_path(const std::string& list, const std::string& origin) {
  if (list.empty() || !followed_.emplace(list, origin).second) return;
  loader::Tokens tokens{origin, settings_.lib_token, settings_.platform_token};
  for (const std::string& folder : loader::folders_of(list, loader::object_separators, tokens)) add_folder(folder);
}

void Collector::add_file(const std::string& path, Role role) {
  std::string_view parent = path::parent(path);
  std::string key = key_of(std::string(parent));
  if (key.empty()) return;
  IndexedFolder* folder = folders_.find(key);
  if (!folder && folders_.all().size() >= most_folders) {
    incomplete_ = true;
    return;
  }
  if (!folder) {
    folder = folders_.add(key);
    visit_folder(*folder);
  }
  std::string name(path::filename(path));
  if (folder->state != IndexedFolder::State::listed || folder->has(name)) examine(*folder, name, role);
}

void Collector::collect() {
  while (!pending_folders_.empty() || !pending_names_.empty()) {
    if (!pending_folders_.empty()) {
      std::string key = std::move(pending_folders_.back());
      pending_folders_.pop_back();
      if (IndexedFolder* folder = folders_.add(key)) visit_folder(*folder);
      continue;
    }
    std::string name = std::move(pending_names_.back());
    pending_names_.pop_back();
    visit_name(name);
  }
}

// Names that are still pending will visit this folder themselves, so it may meet one twice: examining is once per path.
void Collector::visit_folder(IndexedFolder& folder) {
  if (folder.state == IndexedFolder::State::listed && !extra_folders_.contains(folder.path)) add_processor_folders(folder);
  std::vector<std::string> names;
  if (folder.state == IndexedFolder::State::listed) {
    for (const std::string& name : *folder.listing)
      if (names_.contains(name)) names.push_back(name);
  } else {
    names.assign(names_.begin(), names_.end());
  }
  for (const std::string& name : names) check(folder, name);
}

void Collector::visit_name(const std::string& name) {
  for (std::size_t i = 0; i < folders_.all().size(); ++i) check(*folders_.all()[i], name);
  auto [first, last] = cache_by_name_.equal_range(name);
  for (; first != last; ++first) add_file(std::string(settings_.cache->entries[first->second].path), Role::library);
}

void Collector::check(IndexedFolder& folder, const std::string& name) {
  if (folder.state == IndexedFolder::State::listed ? folder.has(name) : folder.state == IndexedFolder::State::blind)
    examine(folder, name, Role::library);
}

void Collector::add_processor_folders(const IndexedFolder& folder) {
  for (const std::string& level : settings_.hwcap_folders) {
    std::string_view first = std::string_view(level).substr(0, level.find('/'));
    if (!folder.has(first)) continue;
    std::string inner = path::join(folder.path, level);
    if (!machine_.is_folder(inner)) continue;
    if (extra_folders_.insert(inner).second) add_folder(inner);
  }
}

CandidateRead Collector::read(const IndexedFolder& folder, const std::string& name, Role role) {
  std::string path = path::join(folder.path, name);
  std::string real = path::join(folder.real_path, name);
  if (auto known = by_real_path_.find(real); known != by_real_path_.end() && role == Role::library) {
    Candidate copy = known->second;
    copy.path = path;
    return {std::move(copy), true};
  }
  CandidateRead result = read_candidate(machine_, path, settings_.elf_machine, role);
  if (!result.candidate) return result;
  if (result.candidate->real_path.empty() && result.candidate->state != CandidateState::dangling) result.candidate->real_path = real;
  result.candidate->is_driver_stub = is_stub(*result.candidate);
  if (role == Role::library) by_real_path_.emplace(real, *result.candidate);
  return result;
}

void Collector::examine(IndexedFolder& folder, const std::string& name, Role role) {
  std::string path = path::join(folder.path, name);
  if (folder.found.contains(name)) return;
  if (candidates_.size() >= most_candidates) {
    incomplete_ = true;
    return;
  }
  CandidateRead result = read(folder, name, role);
  if (!result.is_there) return;
  // Where nothing may be listed and nothing may be looked up, "denied" is all one ever hears: that says nothing about this name.
  if (folder.state == IndexedFolder::State::blind && result.candidate && result.candidate->state == CandidateState::unreadable &&
      !machine_.lstat(path)) {
    folder.state = IndexedFolder::State::unknown;
    return;
  }
  folder.found.insert(name);
  if (!result.candidate) return;
  auto [at, is_new] = candidates_.emplace(path, std::move(*result.candidate));
  if (is_new) follow(at->second, role);
}

// Whatever the state: a library for another processor needs nothing that could be loaded here.
void Collector::follow(const Candidate& candidate, Role role) {
  if (candidate.state != CandidateState::loadable) return;
  if (++spellings_[candidate.real_path] > most_spellings) {
    incomplete_ = true;
    return;
  }
  // $ORIGIN of the program is where its file really is, that of a library the folder in which it was found.
  std::string origin(path::parent(role == Role::program && !candidate.real_path.empty() ? candidate.real_path : candidate.path));
  add_search_path(candidate.rpath, origin);
  add_search_path(candidate.runpath, origin);
  loader::Tokens tokens{origin, settings_.lib_token, settings_.platform_token};
  for (const std::string& needed : candidate.needed) add_name(loader::expanded(needed, tokens));
}

bool Collector::is_stub(const Candidate& candidate) const {
  bool is_cuda = candidate.soname == "libcuda.so.1";
  if (candidate.state != CandidateState::loadable || (!is_cuda && candidate.soname != "libnvidia-ml.so.1")) return false;
  if (candidate.real_path.find("/stubs/") != std::string::npos) return true;
  if (!is_cuda || candidate.size > largest_stub) return false;
  // The small ones of WSL and of Jetson stand beside the rest of their driver.
  const Listing* neighbours = folders_.find_listing(std::string(path::parent(candidate.real_path)));
  if (!neighbours) return false;
  return std::ranges::none_of(*neighbours, [](const std::string& name) {
    return name.starts_with("libnvidia-") || name.starts_with("libdxcore") || name.starts_with("libnvrm");
  });
}

LibraryTable Collector::take_table() {
  LibraryTable table;
  table.candidates.reserve(candidates_.size());
  for (auto& [path, candidate] : candidates_) table.candidates.push_back(std::move(candidate));
  for (const auto& folder : folders_.all()) {
    Evidence evidence{Source::file, folder->path, ""};
    SearchedFolder entry{folder->path, {}};
    using Names = Fact<std::vector<std::string>>;
    switch (folder->state) {
      case IndexedFolder::State::absent:
        entry.names = Names::absent(evidence);
        break;
      case IndexedFolder::State::unknown:
        entry.names = Names::unknown(folder->why, printable(folder->detail), evidence);
        break;
      case IndexedFolder::State::listed:
      case IndexedFolder::State::blind:
        entry.names = Names::known({folder->found.begin(), folder->found.end()}, evidence);
        break;
    }
    table.folders.push_back(std::move(entry));
  }
  std::ranges::sort(table.folders, {}, &SearchedFolder::path);
  return table;
}

std::vector<CacheEntry> Collector::cache_entries() const {
  std::vector<CacheEntry> entries;
  if (!settings_.cache) return entries;
  const std::int32_t wanted = ldcache::flags_for(settings_.elf_machine);
  for (const ldcache::Entry& entry : settings_.cache->entries) {
    if (entry.flags != wanted || !names_.contains(std::string(entry.name))) continue;
    if (entry.names_hwcap && entry.hwcap_name.empty()) continue;  // no loader can use it
    entries.push_back({std::string(entry.name), std::string(entry.path), std::string(entry.hwcap_name)});
  }
  return entries;
}

}  // namespace gpuwhy::probes
