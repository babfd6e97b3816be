// pyenv puts shims on PATH: scripts that start the interpreter of the version chosen by PYENV_VERSION, a file .python-version in the
// working folder or above it, or the file `version` of pyenv itself. Source: pyenv's libexec/pyenv-version-name, pyenv-version-file,
// pyenv-which.
#pragma once

#include <string>
#include <vector>

#include "probes/python_sites/python_sites.h"
#include "sys/machine.h"

namespace gpuwhy {

struct PyenvChoice {
  bool is_shim = false;
  std::string command;  // the interpreter that the shim stands for; "" when none was found
  std::string note;     // one line: what was chosen and by what
};

// Not a shim when `command` is no script that runs "pyenv exec".
PyenvChoice resolve_pyenv_shim(Machine& machine, const PythonSettings& settings, const std::string& command);

// $PYENV_ROOT, else ~/.pyenv.
std::string pyenv_root(Machine& machine, const PythonSettings& settings);

}  // namespace gpuwhy
