// Fills snapshot.kernel_module: is the module `nvidia` loaded, which one, and if not, what of it lies on disk and what would keep it out
// (Secure Boot, a blacklist, another driver). Inside a container the kernel's own files are the host's: not finding them there is
// ignorance, not absence.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

void probe_kernel_module(Machine& machine, Snapshot& snapshot);

}  // namespace gpuwhy
