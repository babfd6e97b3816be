// The answer of the emulated loader to one request: which file, by which rule, and what was tried on the way.
#pragma once

#include <string>
#include <vector>

namespace gpuwhy {

enum class SearchRule { already_loaded, direct_path, rpath, ld_library_path, runpath, cache, default_folder };

std::string_view words(SearchRule rule);  // "RPATH", "LD_LIBRARY_PATH", "ld.so.cache", ...

struct Tried {
  SearchRule rule = SearchRule::default_folder;
  std::string place;    // a folder, or "/etc/ld.so.cache"
  std::string origin;   // the object whose RPATH or RUNPATH names the folder, "" otherwise
  std::string outcome;  // "no such folder", "not there", "not set", "32-bit, skipped", "found", "empty file: the loader stops here"

  bool operator==(const Tried&) const = default;
};

enum class ResolutionState {
  found,
  not_found,
  bad_file,           // the loader stops at a file that it cannot take; the good ones behind it are never tried
  dependency_failed,  // the file is there, one that it needs (DT_NEEDED) is not
  process_dies,       // a cut library: the process is killed while it maps it
  cannot_tell,        // a folder that decides could not be read
};

struct Resolution {
  std::string name;    // what was asked for
  std::string caller;  // the object that asked
  ResolutionState state = ResolutionState::not_found;
  std::string path;  // found, bad_file, process_dies: the file
  std::string real_path;
  SearchRule rule = SearchRule::default_folder;
  std::string detail;  // bad_file: what the loader would say; cannot_tell: what could not be read
  std::vector<Tried> tried;
  // dependency_failed: the request that failed, at the end of the chain (only one element; a vector because the type is recursive)
  std::vector<Resolution> failed_dependency;

  bool is_found() const { return state == ResolutionState::found; }
  // The request at the bottom of a chain of failed dependencies; itself when there is none.
  const Resolution& root_failure() const { return failed_dependency.empty() ? *this : failed_dependency.front().root_failure(); }
  // What ld.so prints: "libcudnn.so.9: cannot open shared object file: No such file or directory".
  std::string loader_message() const;

  bool operator==(const Resolution&) const = default;
};

}  // namespace gpuwhy
