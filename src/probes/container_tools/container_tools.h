// What hands GPUs to containers on this machine.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

void probe_container_tools(Machine& machine, Snapshot& snapshot);

}  // namespace gpuwhy
