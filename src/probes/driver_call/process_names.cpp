#include "probes/driver_call/process_names.h"

#include <fmt/format.h>

#include "base/text.h"
#include "probes/platform/container.h"

namespace gpuwhy {

void name_nvml_processes(Machine& machine, DriverAnswers& answers) {
  if (!answers.nvml_devices.is_known() || !probes::find_container(machine).is_absent()) return;
  for (NvmlDevice& card : answers.nvml_devices.edit()) {
    if (!card.processes.is_known()) continue;
    for (NvmlProcess& process : card.processes.edit()) {
      auto name = machine.read(fmt::format("/proc/{}/comm", process.pid), 4096);
      if (name) process.name = Private<std::string>(printable(trim(*name), 40));
    }
  }
}

}  // namespace gpuwhy
