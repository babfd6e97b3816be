// Folders and what is in them, each listed once however it is spelt.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/fact.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

using Listing = std::vector<std::string>;  // sorted

struct IndexedFolder {
  std::string path;                                                           // as the table names it
  std::string real_path;                                                      // links followed; "" when there is no such folder
  enum class State { absent, listed, blind, unknown } state = State::absent;  // blind: may be searched by name but not listed
  const Listing* listing = nullptr;                                           // when listed
  std::string detail;                                                         // unknown: why
  Why why = Why::denied;
  std::set<std::string, std::less<>> found;  // names of candidates

  bool has(std::string_view name) const;  // by the listing
};

class FolderIndex {
 public:
  explicit FolderIndex(Machine& machine) : machine_(machine) {}

  // The spelling under which the table keeps a folder: without ".", "//" and "..", except for a ".." that climbs out of a link (or out of
  // nothing), where the name alone does not say where it leads. `climbs` receives "LINK/.." for each of those: the table has to hold it
  // too, because that is how the emulated loader knows. Relative folders have no key: "".
  std::string key_of(const std::string& folder, std::vector<std::string>& climbs);
  // Adds a folder by its key; nullptr when it is there already.
  IndexedFolder* add(const std::string& key);
  IndexedFolder* find(const std::string& key);
  const std::vector<std::unique_ptr<IndexedFolder>>& all() const { return folders_; }
  const Listing* find_listing(const std::string& real_path) const;

 private:
  Machine& machine_;
  std::vector<std::unique_ptr<IndexedFolder>> folders_;
  std::map<std::string, IndexedFolder*> by_key_;
  bool is_plain_folder(const std::string& path);

  std::map<std::string, bool> plain_folders_;
  std::map<std::string, Access<Listing>> listings_;  // by real path
};

}  // namespace gpuwhy::probes
