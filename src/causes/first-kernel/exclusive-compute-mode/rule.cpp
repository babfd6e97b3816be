#include "causes/support/card_use.h"
#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::exclusive_compute_mode {

namespace {

// nvmlComputeMode_t
constexpr std::int64_t exclusive_thread = 1, prohibited = 2, exclusive_process = 3;

Remedy allow_everybody(const Snapshot& snapshot, const CardInUse& use) {
  std::string card = std::to_string(use.index);
  Remedy remedy;
  remedy.title = "set the compute mode back to Default";
  if (in_container(snapshot)) remedy.steps = {fmt::format("on the host: sudo nvidia-smi -i {} -c 0", card)};
  else remedy.commands = {remedies::as_root(snapshot.host, {"nvidia-smi", "-i", card, "-c", "0"})};
  remedy.steps.push_back("on a shared machine the mode may be a rule of the house: ask, or take another GPU by CUDA_VISIBLE_DEVICES");
  remedy.undo = fmt::format("sudo nvidia-smi -i {} -c {}", card, *use.card->compute_mode);
  remedy.effects = {{Effect::Kind::default_compute, {}, {}, {}}};
  return checked(std::move(remedy));
}

}  // namespace

// A card that lets in no program at all, or one only, and that one is there already. It is listed; the first work on it fails with 46.
Verdict check(const Snapshot& snapshot) {
  std::vector<CardInUse> cards = cards_in_use(snapshot);
  if (cards.empty()) return not_applicable("CUDA shows no card");
  for (const CardInUse& use : cards) {
    const Fact<std::int64_t>& mode = use.card->compute_mode;
    bool exclusive = mode.is(exclusive_thread) || mode.is(exclusive_process);
    if (exclusive && use.others.is_unknown()) return cannot_tell(fmt::format("the processes on GPU {}", use.index), use.others);
    bool taken = exclusive && use.others.is_known() && !use.others->empty();
    if (!mode.is(prohibited) && !taken) continue;
    Finding finding;
    finding.headline = taken ? fmt::format("{} lets in one process at a time, and another one is on it", use.title)
                             : fmt::format("{} lets in no program: its compute mode is Prohibited", use.title);
    prove(finding, fmt::format("its compute mode is {}", taken ? "Exclusive" : "Prohibited"), mode.evidence());
    if (taken) prove_processes(finding, *use.others);
    finding.details.push_back(
        "the card is listed; the first work on it fails with error 46, 'all CUDA-capable devices are busy or unavailable'");
    finding.severity = Severity::degraded;
    finding.confidence = taken ? Confidence::likely : Confidence::certain;
    finding.remedies = {allow_everybody(snapshot, use)};
    if (taken) finding.remedies.push_back(end_processes(snapshot, *use.others));
    return fires(std::move(finding));
  }
  return passes();
}

}  // namespace gpuwhy::causes::exclusive_compute_mode
