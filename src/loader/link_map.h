// The dynamic loader of one process, emulated. Pure: it sees the table of candidates and the settings, never the machine.
// Order of search and the treatment of bad candidates: glibc's elf/dl-load.c and dl-cache.c as observed with LD_DEBUG=libs
// (tests/loader compares every answer with the real ld.so). On musl the rules differ; `Libc::musl` plays those.
// Not played: set-user-ID programs (they ignore LD_LIBRARY_PATH), /etc/ld.so.preload, DT_AUXILIARY and DT_FILTER, version needs
// (Candidate::required_glibc is there for a rule to compare), two hard links to one file (two real paths, so two objects here).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/library.h"
#include "model/resolution.h"

namespace gpuwhy::loader {

enum class Libc { glibc, musl };

class PlacesMemo;

// An object that is mapped in the emulated process.
struct Object {
  const Candidate* file = nullptr;  // never null for an object of a LinkMap; lives in its table
  int loaded_by = -1;  // index of the object that needs it and was first to; -1 for the program and for what dlopen was asked for
  std::vector<std::string> names;  // under which it was asked for: they match later requests, like its soname
  bool is_program = false;
};

// Copies are cheap and independent, so that alternatives can be played through; table and settings must outlive them.
class LinkMap {
 public:
  LinkMap(const LibraryTable& table, const LoaderSettings& settings, Libc libc = Libc::glibc);

  // Maps the program, its interpreter, LD_PRELOAD and their dependencies. An empty interpreter: the one that the table holds. When the
  // answer is not `found` no such process exists; what was mapped until then stays, for those who want to go on regardless.
  Resolution load_program(const std::string& path, const std::string& interpreter = {});

  // The same, but as ldd does it: goes on after a missing library. One answer for each request in the order in which ld.so makes them.
  std::vector<Resolution> trace_program(const std::string& path, const std::string& interpreter = {});

  // dlopen(name) called by the object at `caller` (its path, as mapped; "" = the program). A name with '/' is a path.
  // Dependencies are mapped too; when one fails nothing of this request stays mapped, as with the real one.
  Resolution dlopen(const std::string& name, const std::string& caller = {});

  // The mapped object for a name that is already loaded, or nullptr.
  const Object* find_loaded(std::string_view name) const;
  // In the order of mapping: the program first.
  const std::vector<Object>& objects() const { return objects_; }
  // What ld.so prints without stopping, such as a library of LD_PRELOAD that it cannot load.
  const std::vector<std::string>& messages() const { return messages_; }

 private:
  using Trace = std::vector<Resolution>;
  Resolution start(const std::string& path, const std::string& interpreter, Trace* trace);
  void add_interpreter(const std::string& path);
  std::optional<Resolution> map_preloads(std::vector<int>& queue, Trace* trace);
  Resolution request(const std::string& name, int caller, int loaded_by, int& index);
  std::optional<Resolution> map_dependencies(std::vector<int> queue, Trace* trace);
  Resolution already_loaded(const std::string& name, int caller, int index) const;
  int find_index(std::string_view name) const;
  int find_mapped_file(const std::string& path) const;
  std::string path_of(int index) const;

  const LibraryTable* table_;
  const LoaderSettings* settings_;
  Libc libc_;
  std::shared_ptr<PlacesMemo> memo_;  // of the search paths; no part of the state
  std::vector<Object> objects_;
  std::vector<std::string> messages_;
};

}  // namespace gpuwhy::loader
