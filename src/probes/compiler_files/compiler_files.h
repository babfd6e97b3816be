// ptxas, nvlink and libdevice, where a framework would look for them.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Fills compiler_files of this environment.
void probe_compiler_files(Machine& machine, const Snapshot& snapshot, PythonEnvironment& environment);

}  // namespace gpuwhy
