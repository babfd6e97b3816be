// Fills snapshot.platform: where we run (the most specific answer wins) and what that place says about a GPU having been handed to us.
// NVIDIA_VISIBLE_DEVICES is never evidence: images set it to "all" on machines without a GPU too.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

void probe_platform(Machine& machine, Snapshot& snapshot);

}  // namespace gpuwhy
