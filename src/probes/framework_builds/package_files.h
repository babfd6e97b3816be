// What the probes of both frameworks share: finding a package, its distribution and files that it cannot do without.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

struct FoundPackage {
  std::string folder;         // "" when no folder of sys.path has it
  bool is_namespace = false;  // a folder without __init__.py: what an incomplete removal leaves
};

// As import finds it: the first folder of sys.path with NAME/__init__.py, else the first with a folder NAME. Sources of editable installs
// are looked at last.
FoundPackage find_package(Machine& machine, const PythonEnvironment& environment, const std::string& name);

// Of the distributions `owners` those that are installed, the ones beside `folder` first.
std::vector<const Package*> find_distributions(const PythonEnvironment& environment, std::span<const std::string_view> owners,
                                               const std::string& folder);

// The names that an ELF file needs, that begin with one of `prefixes` and lie in none of the folders of its RPATH or RUNPATH, nor in
// `more_folders`. Empty too when the file cannot be read as ELF: then the loader's table tells.
std::vector<std::string> find_missing_needed(Machine& machine, const std::string& object, std::span<const std::string_view> prefixes,
                                             const std::vector<std::string>& more_folders);

// "312" of an environment of Python 3.12, "313t" of a free-threaded one; "" when its version is not known.
std::string python_tag(const PythonEnvironment& environment);

// Says so in the notes when WHEEL names other Pythons than this one.
void note_foreign_python(Machine& machine, PythonEnvironment& environment, const Package& distribution);

// A small file below a package: absent when it is not there, unknown when it cannot be read.
Fact<std::string> read_package_file(Machine& machine, const std::string& path, std::size_t limit);

}  // namespace gpuwhy
