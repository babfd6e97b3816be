// Code that every start of an interpreter runs: .pth lines, sitecustomize, usercustomize.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Fills startup_code of this environment.
void probe_startup_code(Machine& machine, PythonEnvironment& environment);

}  // namespace gpuwhy
