// Code that every start of an interpreter runs: .pth lines, sitecustomize, usercustomize.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Fills startup_code of this environment: the lines that concern a GPU, in the order in which Python runs them. Unknown where the search
// path or one of these files could not be read. Python runs the .pth files of a folder of packages in the order of their names, then the
// first sitecustomize.py on sys.path, then usercustomize.py where the user's own folder counts.
void probe_startup_code(Machine& machine, PythonEnvironment& environment);

}  // namespace gpuwhy
