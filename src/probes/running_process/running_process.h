// A running process, as /proc shows it.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Fills snapshot.process.
void probe_running_process(Machine& machine, std::int64_t pid, Snapshot& snapshot);

}  // namespace gpuwhy
