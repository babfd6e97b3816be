// A random forest of small ELF files with all that can decide a search: RPATH, RUNPATH, LD_LIBRARY_PATH, LD_PRELOAD, a cache, default
// folders, sub-folders for the processor, links, and files that the loader skips, stops at or dies of.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "loader/random.h"
#include "sys/machine.h"

namespace gpuwhy::testing {

// A copy of the machine's ld.so that looks for its cache and for one of its default folders in a folder of ours. Both are paths of fixed
// length inside of it, so the folder's own name has a fixed length too.
class PrivateLoader {
 public:
  PrivateLoader();  // is_usable() is false where this machine has no such ld.so
  ~PrivateLoader();
  PrivateLoader(const PrivateLoader&) = delete;
  bool is_usable() const { return usable_; }
  const std::string& folder() const { return folder_; }  // everything of a run lies in it
  std::string program() const { return folder_ + "/ld-linux-x86-64.so.2"; }
  std::string cache() const { return folder_ + "/c"; }
  std::string default_folder() const { return folder_ + "/lib-deflt0"; }

 private:
  bool move_into(const std::string& folder);

  std::string folder_;
  bool usable_ = false;
};

struct Forest {
  std::string folder;
  std::string program;              // a generated one, only good for being traced
  std::string working_folder;       // empty of libraries
  std::vector<std::string> names;   // sonames that are worth asking for
  std::vector<Variable> variables;  // LD_LIBRARY_PATH, LD_PRELOAD
  std::string program_list;         // the program's search path
  bool program_has_rpath = false, program_has_runpath = false;

  std::vector<std::string> environment() const;
};

// Writes forest number `index` of the series that `seed` starts. The same numbers give the same forest.
// The program names `interpreter`, or the private loader when that is empty.
Forest plant_forest(const PrivateLoader& loader, std::uint64_t seed, int index, const std::string& interpreter = {});
// A copy of the built dlopen_driver with the forest's search path as its own; "" when the built one has no room for it.
std::string plant_driver(const Forest& forest, const std::string& driver);
void fell_forest(const PrivateLoader& loader, const Forest& forest);

}  // namespace gpuwhy::testing
