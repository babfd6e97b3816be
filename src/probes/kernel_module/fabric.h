// NVSwitch and its manager, without which CUDA on such a machine answers 802.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

Fact<bool> find_nvswitch(Machine& machine);
// Unknown where the processes of others are not shown (a container, /proc mounted with hidepid).
Fact<bool> find_fabric_manager(Machine& machine, const std::string& elsewhere);

}  // namespace gpuwhy::probes
