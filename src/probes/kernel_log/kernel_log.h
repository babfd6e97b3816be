// Fills snapshot.kernel_log: what the kernel said of the cards, their driver and sleep since it started. From the ring buffer; where this
// user may not read it, from the files that a log daemon keeps. A log that nobody may read here is unknown and no complaint: on most
// machines it is closed to users, and it only matters where a driver fails.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// After probe_pci_bus: messages of the PCI layer count where they name a card.
void probe_kernel_log(Machine& machine, Snapshot& snapshot);

}  // namespace gpuwhy
