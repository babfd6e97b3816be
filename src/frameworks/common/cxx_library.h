// The C++ library of a process against what a framework's objects ask of it. The loader checks that after it has found all files, so a
// search that succeeds can still end in "version `GLIBCXX_3.4.30' not found". Source: glibc elf/dl-version.c; libstdc++'s ABI policy
// (versions only grow, so the highest that a file defines tells all).
#pragma once

#include <optional>
#include <string>

#include "frameworks/common/process.h"
#include "model/snapshot.h"

namespace gpuwhy::frameworks {

struct MissingCxx {
  std::string version;   // "GLIBCXX_3.4.30", "CXXABI_1.3.13"
  std::string highest;   // the highest of its kind that the library has: "GLIBCXX_3.4.19"
  std::string library;   // the libstdc++.so.6 that is mapped
  std::string asked_by;  // the object of the framework
};

// The highest version that an object of this framework asks for and the mapped libstdc++ does not have. Nothing when all is there, or when
// the library does not say what it has.
std::optional<MissingCxx> find_missing_cxx(const Process& process, const FrameworkBuild& build);

}  // namespace gpuwhy::frameworks
