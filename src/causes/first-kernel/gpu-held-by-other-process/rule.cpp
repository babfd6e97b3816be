#include "causes/support/card_use.h"
#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::gpu_held_by_other_process {

// Programs that run already have nearly all of the card's memory.
Verdict check(const Snapshot& snapshot) {
  std::vector<CardInUse> cards = cards_in_use(snapshot);
  if (cards.empty()) return not_applicable("CUDA shows no card");
  std::size_t full = 0;
  for (const CardInUse& use : cards) full += is_full(*use.card) ? 1 : 0;
  for (const CardInUse& use : cards) {
    if (!is_full(*use.card)) continue;
    if (use.others.is_unknown()) return cannot_tell(fmt::format("the processes on GPU {}", use.index), use.others);
    if (!use.others.is_known() || use.others->empty()) continue;
    Finding finding;
    finding.headline = fmt::format("other programs hold nearly all memory of {}", use.title);
    prove(finding, fmt::format("{} are in use", memory_words(*use.card)), use.card->memory_used.evidence());
    prove_processes(finding, *use.others);
    if (full < cards.size()) finding.details.push_back("another GPU of this machine is free: CUDA_VISIBLE_DEVICES chooses it");
    finding.details.push_back("the card is listed; starting work on it ends in 'out of memory', or cuBLAS and cuDNN cannot be initialised");
    finding.severity = Severity::degraded;
    finding.remedies = {end_processes(snapshot, *use.others)};
    return fires(std::move(finding));
  }
  return passes();
}

}  // namespace gpuwhy::causes::gpu_held_by_other_process
