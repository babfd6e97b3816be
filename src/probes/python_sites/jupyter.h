// Jupyter kernels that run Python: what a notebook would use, which is often not what a terminal uses. Source: jupyter_core/paths.py
// (jupyter_path: the order of the folders) and jupyter_client/kernelspec.py (the first folder that has a kernel's name wins) and manager.py
// (a bare word `python`, `python3` or `python3.X` in argv stands for the interpreter of the Jupyter server).
#pragma once

#include <string>
#include <vector>

#include "probes/python_sites/python_sites.h"
#include "sys/machine.h"

namespace gpuwhy {

struct JupyterKernel {
  std::string name;     // its folder, in lower case
  std::string file;     // its kernel.json
  std::string command;  // its interpreter
  std::vector<std::string> notes;
};

std::vector<JupyterKernel> find_jupyter_kernels(Machine& machine, const PythonSettings& settings, const std::string& active_command,
                                                const std::string& active_prefix);

}  // namespace gpuwhy
