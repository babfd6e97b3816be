// Everything that the dynamic loader could meet on this machine when the given programs and objects are loaded: fills in Snapshot::loader,
// Snapshot::libraries and Host::libc. Nothing is executed; each folder is listed once and only files by names that matter are read.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

struct LibraryRoots {
  std::vector<std::string> programs;  // ELF files of interpreters; the first decides which C library is read
  std::vector<std::string> objects;   // ELF files that frameworks load by path
  std::vector<std::string> names;     // sonames to look for beside those that the files need: "libcuda.so.1", "libcudnn.so.9"
};

// The table can answer for the names in `roots.names` and for whatever the files found need (DT_NEEDED), for no others.
void probe_libraries(Machine& machine, const LibraryRoots& roots, Snapshot& snapshot);

}  // namespace gpuwhy
