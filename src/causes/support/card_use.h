// Who uses a card: its compute mode, the processes on it and the memory that they leave. Only of cards that CUDA shows to this process.
#pragma once

#include <string>
#include <vector>

#include "model/finding.h"
#include "model/snapshot.h"

namespace gpuwhy {

struct CardInUse {
  std::size_t index = 0;  // NVML's number, as nvidia-smi -i takes it
  const NvmlDevice* card = nullptr;
  Fact<std::vector<NvmlProcess>> others;  // without the process that is judged (--pid)
  std::string title;                      // "GPU 0 (NVIDIA A100-SXM4-40GB)"
};
// Empty when CUDA shows no card or NVML did not say.
std::vector<CardInUse> cards_in_use(const Snapshot& snapshot);

// Less than one part in twenty is free, or less than 500 MiB of a card that has more than 2 GiB: not enough to begin any work. False where
// it is not known, and for a card in MIG mode, whose instances have memory of their own.
bool is_full(const NvmlDevice& card);
// "10.1 of 80.0 GiB"
std::string memory_words(const NvmlDevice& card);
// One line for each of the first processes: "process 4711 (python) holds 10.1 GiB".
void prove_processes(Finding& finding, const std::vector<NvmlProcess>& processes);
// Ends them; shown only.
Remedy end_processes(const Snapshot& snapshot, const std::vector<NvmlProcess>& processes);

}  // namespace gpuwhy
