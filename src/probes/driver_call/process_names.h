// The names of the processes that hold a card.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Fills NvmlProcess::name from /proc/PID/comm. Inside a container the numbers are the host's and would name others, so nothing is filled in
// there; nor for a process that is not shown to this user.
void name_nvml_processes(Machine& machine, DriverAnswers& answers);

}  // namespace gpuwhy
