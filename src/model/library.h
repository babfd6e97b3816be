// The table of everything the dynamic loader could meet: each candidate in each folder that it could search, as a probe found it on disk.
// The snapshot keeps the table, never the winners, so that another environment, a cure or another import order can be played through.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/fact.h"

namespace gpuwhy {

// What stands behind a name in a folder, as far as ld.so cares.
enum class CandidateState {
  loadable,       // an ELF file of the right class and machine, with all of its segments in the file
  dangling,       // a symbolic link to nothing: ld.so goes on
  unreadable,     // this user may not open it: ld.so goes on (we may lack the right where the program has it: see `detail`)
  wrong_class,    // a 32-bit ELF: ld.so goes on
  wrong_machine,  // an ELF for another processor: ld.so goes on
  too_short,      // empty or under 64 bytes: fatal, "file too short"
  not_elf,        // text or other bytes: fatal, "invalid ELF header"
  header_cut,     // program headers or dynamic section outside of the file: fatal
  segments_cut,   // ELF headers promise more bytes than the file has: the process dies without a message
  folder,         // a directory with a library's name: fatal, "cannot read file data: Is a directory"
};

struct Candidate {
  std::string path;       // the folder as searched, joined with the name
  std::string real_path;  // links followed; identity of the file for "already loaded"
  CandidateState state = CandidateState::loadable;
  std::string detail;  // one line where the state needs it
  std::uint64_t size = 0;
  std::string soname;               // DT_SONAME, "" when there is none
  std::vector<std::string> needed;  // DT_NEEDED
  std::string rpath, runpath;       // as in the file; "" when there is none
  bool no_default_folders = false;  // DF_1_NODEFLIB
  bool is_driver_stub = false;      // a toolkit's link-time stub of the driver (by its folder, its size and what it exports)
  std::string required_glibc;       // highest GLIBC_x.y among its version needs, "" when none
  std::string required_glibcxx;     // highest GLIBCXX_x.y.z among its version needs, "" when none
  std::string required_cxxabi;      // highest CXXABI_x.y.z likewise
  std::string provided_glibcxx;     // of a libstdc++: the highest that it defines
  std::string provided_cxxabi;

  bool operator==(const Candidate&) const = default;
};

// A folder that the loader may search, with the names in it that matter (those of candidates). Unknown: it could not be listed.
struct SearchedFolder {
  std::string path;
  Fact<std::vector<std::string>> names;

  bool operator==(const SearchedFolder&) const = default;
};

struct CacheEntry {
  std::string name, path;
  std::string hwcap;  // sub-folder of glibc-hwcaps, "" when none

  bool operator==(const CacheEntry&) const = default;
};

// What decides a search beside the files: the process's variables at its start and the C library.
struct LoaderSettings {
  Fact<std::string> library_path;       // LD_LIBRARY_PATH; absent = not set
  Fact<std::string> preload;            // LD_PRELOAD
  Fact<std::vector<CacheEntry>> cache;  // /etc/ld.so.cache, only names that are in the table; absent = no such file
  std::vector<std::string> default_folders;
  std::vector<std::string> hwcap_folders;        // "glibc-hwcaps/x86-64-v3", ... in the order of search, for this processor and C library
  std::string lib_token = "lib64";               // what $LIB stands for
  std::string platform_token = "x86_64";         // what $PLATFORM stands for
  Fact<std::vector<std::string>> cache_folders;  // folders that /etc/ld.so.conf names

  bool operator==(const LoaderSettings&) const = default;
};

struct LibraryTable {
  std::vector<Candidate> candidates;    // sorted by path
  std::vector<SearchedFolder> folders;  // sorted by path

  const Candidate* find(const std::string& path) const;
  const SearchedFolder* find_folder(const std::string& path) const;
  bool operator==(const LibraryTable&) const = default;
};

}  // namespace gpuwhy
