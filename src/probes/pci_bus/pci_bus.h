// Fills snapshot.pci from /sys/bus/pci/devices (Documentation/ABI/testing/sysfs-bus-pci in the Linux source): the display functions of
// every vendor. A bus that is not shown, or is shown empty, proves nothing: `display` is then unknown.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

void probe_pci_bus(Machine& machine, Snapshot& snapshot);

}  // namespace gpuwhy
