// Would libcuda create missing device nodes by itself? It starts nvidia-modprobe, which can where it is set-uid root and the kernel honours
// that: not on a mount with nosuid (mount(8)), not in a process with no_new_privs (prctl(2)).
#pragma once

#include "model/fact.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

Fact<bool> find_setuid_modprobe(Machine& machine);

}  // namespace gpuwhy::probes
