// Where Python environments are looked for.
#pragma once

#include <string>
#include <vector>

#include "probes/python_sites/python_sites.h"
#include "sys/machine.h"

namespace gpuwhy {

struct FoundInterpreter {
  std::string command;    // a path of an interpreter; "" when there is none: `problem` says so
  std::string chosen_by;  // as PythonEnvironment::chosen_by
  std::string asked;      // what was asked for: the folder of VIRTUAL_ENV, the word behind --python
  std::string problem;    // in words, when nothing was found
  std::vector<std::string> notes;
};

// --python, else VIRTUAL_ENV, CONDA_PREFIX, the first python3 (then python) on PATH. More than one only for several --python.
std::vector<FoundInterpreter> find_active_interpreters(Machine& machine, const PythonSettings& settings, const PythonOptions& options);

// All the others, nearest first; a few hundred paths are looked at. `active_prefix`: whose share/jupyter belongs to the active environment.
std::vector<FoundInterpreter> find_other_interpreters(Machine& machine, const PythonSettings& settings, const std::string& active_command,
                                                      const std::string& active_prefix);

}  // namespace gpuwhy
