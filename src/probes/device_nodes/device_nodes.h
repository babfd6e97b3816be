// Fills snapshot.device_nodes by looking at /dev without opening anything: opening a node can wake a driver, and a child does it.
// `open_error` stays unknown (not probed).
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

void probe_device_nodes(Machine& machine, Snapshot& snapshot);

}  // namespace gpuwhy
