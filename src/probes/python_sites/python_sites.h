// Which Python environments there are, what each would put into sys.path and which packages that matter to a GPU lie there. Only files are
// read: no interpreter is started, no line of a .pth file is run. The rules are those of CPython 3.6 to 3.15 (Modules/getpath.c and
// getpath.py, Lib/site.py) with the changes of Debian and Fedora, recognised in the interpreter's own site.py; tests/python compares with
// real interpreters.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

struct PythonOptions {
  // --python: a path of an interpreter, of an environment's folder, or a bare name that is looked up on PATH. When there are any, they are
  // the active ones and VIRTUAL_ENV, CONDA_PREFIX and PATH are not asked.
  std::vector<std::string> interpreters;
  // Also Jupyter kernels, .venv and venv here, pyenv's versions, conda's environments and the usual folders; 64 environments in all.
  bool find_others = true;
};

// The active ones first (`active` is set), then the others. An environment whose interpreter cannot be found or judged is in the list too,
// with an empty `program` and a note that says why; `search_path` and `packages` are then unknown. `loader` is filled from PT_INTERP
// ("" for a static program). `frameworks` stays empty: probe_framework_builds fills it.
std::vector<PythonEnvironment> probe_python_environments(Machine& machine, const PythonOptions& options);

// What sys.path and the search for environments depend on beside the files.
struct PythonSettings {
  std::string path;                     // PATH
  std::string python_path;              // PYTHONPATH; "" when not set
  std::string python_home;              // PYTHONHOME
  std::string platform_library_folder;  // PYTHONPLATLIBDIR
  std::string user_base;                // PYTHONUSERBASE
  std::string no_user_site;             // PYTHONNOUSERSITE
  bool in_rpm_build = false;            // RPM_BUILD_ROOT is set
  std::string home;                     // of the user who is judged: of SUDO_USER's under sudo
  std::string working_folder;           // PWD; "" when not set
  std::string judged_user;              // SUDO_USER's name; "" when nobody called sudo
};

PythonSettings read_python_settings(Machine& machine);

// The environment of one interpreter, as probe_python_environments makes it: `command` is a path of an interpreter, absolute.
PythonEnvironment read_python_environment(Machine& machine, const PythonSettings& settings, const std::string& command);

}  // namespace gpuwhy
