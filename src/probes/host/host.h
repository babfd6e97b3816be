// Fills snapshot.host: the distribution (os-release(5)), the kernel, the C library, and whose environment is judged. Under sudo that is
// the user who called it: their name and home, while uid and groups stay those of this process, for they decide what it may open.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

void probe_host(Machine& machine, Snapshot& snapshot);

}  // namespace gpuwhy
