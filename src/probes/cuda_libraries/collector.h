// Finds every candidate for every name that matters, in every folder that matters, until neither names nor folders grow: a file found
// brings the names that it needs and the folders of its own search paths.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "formats/ldcache/ldcache.h"
#include "loader/search_path.h"
#include "model/snapshot.h"
#include "probes/cuda_libraries/elf_file.h"
#include "probes/cuda_libraries/folder_index.h"

namespace gpuwhy::probes {

struct CollectorSettings {
  std::uint16_t elf_machine = 62;
  bool is_musl = false;
  std::vector<std::string> hwcap_folders;
  std::string lib_token, platform_token;
  const ldcache::Cache* cache = nullptr;  // nullptr: none
};

class Collector {
 public:
  Collector(Machine& machine, CollectorSettings settings);

  void add_name(const std::string& name);                                     // a soname; with '/', a path
  void add_folder(const std::string& folder);                                 // one that is searched, whether it exists or not
  void add_known_place(const std::string& folder);                            // one that is worth knowing when it exists
  void add_library_path(const std::string& list, const std::string& origin);  // LD_LIBRARY_PATH; origin: the program's folder
  void add_file(const std::string& path, Role role);                          // a program or an object loaded by its path

  void collect();  // to the fixed point

  LibraryTable take_table();                      // once, at the end
  std::vector<CacheEntry> cache_entries() const;  // of names that matter, in the order of the file
  const std::set<std::string>& names() const { return names_; }
  bool is_incomplete() const { return incomplete_; }  // a bound was met: no real machine comes near

 private:
  std::string key_of(const std::string& folder);
  void visit_folder(IndexedFolder& folder);
  void visit_name(const std::string& name);
  void check(IndexedFolder& folder, const std::string& name);
  void examine(IndexedFolder& folder, const std::string& name, Role role);
  void add_search_path(const std::string& list, const std::string& origin);  // DT_RPATH or DT_RUNPATH
  void follow(const Candidate& candidate, Role role);
  void add_processor_folders(const IndexedFolder& folder);
  bool is_stub(const Candidate& candidate) const;
  CandidateRead read(const IndexedFolder& folder, const std::string& name, Role role);

  Machine& machine_;
  CollectorSettings settings_;
  FolderIndex folders_;
  std::set<std::string> names_;
  std::vector<std::string> pending_names_;
  std::vector<std::string> pending_folders_;
  std::map<std::string, Candidate> candidates_;    // by path
  std::map<std::string, Candidate> by_real_path_;  // each file is read once
  std::multimap<std::string_view, std::size_t> cache_by_name_;
  std::set<std::string> extra_folders_;                     // sub-folders for the processor: they have none of their own
  std::set<std::pair<std::string, std::string>> followed_;  // (list, origin)
  std::map<std::string, std::string> keys_;
  std::map<std::string, int> spellings_;  // of a file by its real path, whose search paths were followed
  bool incomplete_ = false;
};

}  // namespace gpuwhy::probes
