// What stands behind a path of an interpreter: an ELF file, its version and its pyvenv.cfg, or a script that is none.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/snapshot.h"
#include "probes/python_sites/python_sites.h"
#include "sys/machine.h"

namespace gpuwhy {

struct Interpreter {
  std::string command;                      // absolute; of a pyenv shim the interpreter that it stands for
  std::string program;                      // the ELF file, links followed; "" = none: `notes` say why
  std::string loader;                       // PT_INTERP; "" = static
  std::string version;                      // "3.12"; "" when nothing tells
  std::string version_source;               // the file or field that told it
  bool is_free_threaded = false;            // 3.13t: its own folders
  std::string venv_folder;                  // the environment that pyvenv.cfg makes it part of; "" = none
  std::string venv_file;                    // that pyvenv.cfg
  std::map<std::string, std::string> venv;  // its keys
  Fact<std::string> base_problem;           // as PythonEnvironment::base_problem, as far as the interpreter's own file tells
  std::vector<std::string> notes;
};

Interpreter read_interpreter(Machine& machine, const PythonSettings& settings, const std::string& command);

// The first file NAME in the folders of PATH that may be executed; "" when there is none.
std::string find_on_path(Machine& machine, const PythonSettings& settings, const std::string& name);

// bin/python, bin/python3 in an environment's folder; "" when neither is there. A link to nothing counts: the environment is broken, not
// absent.
std::string find_environment_python(Machine& machine, const std::string& folder);

// A path of the machine's user made absolute by the working folder and normalised by name.
std::string absolute_path(const PythonSettings& settings, const std::string& path);

}  // namespace gpuwhy
