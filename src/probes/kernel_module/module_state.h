// Which modules the running kernel holds: /sys/module and /proc/modules (Documentation/ABI/stable/sysfs-module of the Linux source).
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

// Unknown where neither place is shown: a sandbox hides them.
Fact<bool> find_loaded(Machine& machine, const std::string& module);
Fact<std::string> read_loaded_version(Machine& machine, const Fact<bool>& loaded);
// "open" or "proprietary".
Fact<std::string> read_loaded_flavour(Machine& machine, const Fact<bool>& loaded);
// Of nouveau, nova_core, vfio_pci.
Fact<std::vector<std::string>> find_rivals(Machine& machine);

}  // namespace gpuwhy::probes
