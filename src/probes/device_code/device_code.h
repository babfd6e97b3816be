// The device code of the frameworks' own libraries, read from the binaries.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Fills FrameworkBuild::code of every environment. `deep`: also NVIDIA's libraries.
void probe_device_code(Machine& machine, bool deep, Snapshot& snapshot);

}  // namespace gpuwhy
