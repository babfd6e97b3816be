// The cards as the loaded module knows them (/proc/driver/nvidia/gpus), and the module's parameter for HMM.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

// Absent: the module shows no such folder.
Fact<std::vector<ModuleGpu>> read_module_gpus(Machine& machine);
// uvm_disable_hmm of nvidia_uvm (open kernel modules, nvidia-uvm/uvm_hmm.c); absent: the module is not loaded or knows no such parameter.
Fact<bool> read_hmm_disabled(Machine& machine);

}  // namespace gpuwhy::probes
