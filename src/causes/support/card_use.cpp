#include "causes/support/card_use.h"

#include <fmt/format.h>

#include <algorithm>

#include "causes/support/driver_faults.h"
#include "causes/support/questions.h"
#include "causes/support/remedies.h"

namespace gpuwhy {
namespace {

constexpr std::size_t processes_shown = 4;
constexpr std::uint64_t mebibyte = 1 << 20;

std::string gibibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / (1024.0 * static_cast<double>(mebibyte)));
}

}  // namespace

std::vector<CardInUse> cards_in_use(const Snapshot& snapshot) {
  std::vector<CardInUse> found;
  const DriverAnswers* driver = default_driver(snapshot);
  if (!driver || !driver->nvml_devices.is_known() || !driver->devices.is_known()) return found;
  for (std::size_t i = 0; i < driver->nvml_devices->size(); ++i) {
    const NvmlDevice& card = (*driver->nvml_devices)[i];
    if (std::ranges::find(*driver->devices, card.pci_address, &CudaDevice::pci_address) == driver->devices->end()) continue;
    CardInUse use{i, &card, card.processes, fmt::format("GPU {} ({})", i, card.name.empty() ? card.pci_address : card.name)};
    if (use.others.is_known() && snapshot.process.is_known())
      std::erase_if(use.others.edit(), [&](const NvmlProcess& process) { return process.pid == snapshot.process->pid; });
    found.push_back(std::move(use));
  }
  return found;
}

bool is_full(const NvmlDevice& card) {
  if (!card.memory_total.is_known() || !card.memory_used.is_known() || card.mig_mode.is(std::int64_t{1})) return false;
  std::uint64_t total = *card.memory_total, used = std::min(*card.memory_used, total), left = total - used;
  constexpr std::uint64_t small_card = 2048 * mebibyte, least = 500 * mebibyte;
  return total > 0 && (left < total / 20 || (total > small_card && left < least));
}

std::string memory_words(const NvmlDevice& card) {
  return fmt::format("{} of {} GiB", gibibytes(std::min(*card.memory_used, *card.memory_total)), gibibytes(*card.memory_total));
}

void prove_processes(Finding& finding, const std::vector<NvmlProcess>& processes) {
  for (std::size_t i = 0; i < processes.size() && i < processes_shown; ++i) {
    const NvmlProcess& process = processes[i];
    std::string name = process.name.reveal().empty() ? "" : fmt::format(" ({})", process.name.reveal());
    std::string memory = process.memory == 0 ? "is on it" : fmt::format("holds {} GiB", gibibytes(process.memory));
    prove(finding, fmt::format("process {}{} {}", process.pid, name, memory),
          {Source::call, "nvmlDeviceGetComputeRunningProcesses", fmt::format("pid {}", process.pid)});
  }
  if (processes.size() > processes_shown)
    finding.details.push_back(fmt::format("and {} more processes", processes.size() - processes_shown));
}

Remedy end_processes(const Snapshot& snapshot, const std::vector<NvmlProcess>& processes) {
  Remedy remedy;
  remedy.title = "end what holds the card, if it is yours and not needed";
  remedy.safety = Safety::show_only;
  if (in_container(snapshot)) {
    remedy.steps = {"the processes are numbered as on the host: end them there, or stop the other container"};
  } else {
    for (std::size_t i = 0; i < processes.size() && i < processes_shown; ++i)
      remedy.commands.push_back({"kill", std::to_string(processes[i].pid)});
    remedy.steps = {"look first: ps -o pid,user,etime,args -p PID; a notebook kernel is better shut down in Jupyter",
                    "another user's process is theirs to end: choose another GPU by CUDA_VISIBLE_DEVICES meanwhile"};
  }
  remedy.undo = "start the program again";
  remedy.effects = {{Effect::Kind::default_compute, {}, {}, {}}};
  return checked(std::move(remedy));
}

}  // namespace gpuwhy
