// What the kernel's log says about the card and its driver.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

void probe_kernel_log(Machine& machine, Snapshot& snapshot);

}  // namespace gpuwhy
