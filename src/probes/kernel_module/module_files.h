// What of the driver lies on disk for the kernels that are installed: module files, the DKMS tree (dkms(8)), kernel headers.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

// `elsewhere`: why the running kernel's files need not lie here (a container, a root folder), "" when they do. Where it is not empty,
// finding nothing says nothing. nvidia.ko, nvidia-current.ko, ... (also compressed) in the folders that distributions use.
Fact<std::vector<ModuleFile>> find_module_files(Machine& machine, const std::string& elsewhere);
Fact<std::vector<DkmsState>> read_dkms(Machine& machine, const std::string& elsewhere);
Fact<bool> find_headers(Machine& machine, const std::string& elsewhere);
// Is it the main module of the driver: not nvidia-uvm, not nvidiafb?
bool is_main_module(std::string_view file_name);

}  // namespace gpuwhy::probes
