// Who keeps the module nvidia out: files of modprobe.d(5) and the kernel's command line (kernel-parameters: module_blacklist; kmod:
// modprobe.blacklist).
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

// Paths of the files, each once; a file in /etc hides one of the same name in /usr/lib. Unknown when nothing was found and something could
// not be read, or where `elsewhere` says why the running kernel has other files.
Fact<std::vector<std::string>> find_blacklists(Machine& machine, const std::string& elsewhere);

}  // namespace gpuwhy::probes
