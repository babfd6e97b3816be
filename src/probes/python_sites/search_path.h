// sys.path of an interpreter, computed as it would compute it.
#pragma once

#include <string>
#include <vector>

#include "model/fact.h"
#include "probes/python_sites/folders.h"
#include "probes/python_sites/interpreter.h"
#include "probes/python_sites/python_sites.h"

namespace gpuwhy {

struct SearchPath {
  Fact<std::vector<std::string>> entries;    // unknown: the standard library was not found
  std::vector<std::string> library_entries;  // those of the standard library: no packages lie there
  std::string prefix;                        // sys.prefix
  std::string base_prefix;                   // where the standard library is
  std::vector<std::string> notes;
};

SearchPath compute_search_path(Folders& folders, const PythonSettings& settings, const Interpreter& python);

}  // namespace gpuwhy
