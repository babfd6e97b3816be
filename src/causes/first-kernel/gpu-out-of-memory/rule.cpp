#include "causes/support/card_use.h"
#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

#include <algorithm>
#include <charconv>

namespace gpuwhy::causes::gpu_out_of_memory {

namespace {

constexpr const char* share_variable = "XLA_PYTHON_CLIENT_MEM_FRACTION";

bool has_jax(const Snapshot& snapshot) {
  return std::ranges::any_of(snapshot.environments, [](const PythonEnvironment& environment) {
    return environment.active &&
           std::ranges::find(environment.frameworks, FrameworkKind::jax, &FrameworkBuild::framework) != environment.frameworks.end();
  });
}

// The share of the card that JAX is told to reserve; nothing when it is no number.
std::optional<double> wanted_share(const Snapshot& snapshot) {
  const std::string* value = snapshot.variable(share_variable);
  double share = 0;
  if (!value || std::from_chars(value->data(), value->data() + value->size(), share).ec != std::errc()) return std::nullopt;
  return share;
}

Finding asks_for_too_much(const Snapshot& snapshot) {
  Finding finding;
  const std::string& value = *snapshot.variable(share_variable);
  finding.headline = fmt::format("JAX is told to reserve more memory than the card has ({}={})", share_variable, value);
  prove(finding, "the variable is a share of the whole card: 0.75 unless it is set", {Source::env, share_variable, value});
  finding.details.push_back("more than 1 works with unified memory only, where the host's memory is used too, slowly");
  finding.remedies = {checked(remedies::unset_variable(share_variable, "let JAX reserve its usual share"))};
  return finding;
}

Finding is_full_without_owner(const CardInUse& use) {
  Finding finding;
  finding.headline = fmt::format("nearly all memory of {} is in use, and no process is shown that holds it", use.title);
  prove(finding, fmt::format("{} are in use", memory_words(*use.card)), use.card->memory_used.evidence());
  finding.details.push_back("the display, a program in another container, or one that died without giving it back");
  finding.remedies = {checked(remedies::steps(
      "find out who holds it",
      {"sudo fuser -v /dev/nvidia* on the host names every process that has the card open", "nvidia-smi shows what the display uses",
       "if nobody has it open: sudo nvidia-smi --gpu-reset -i " + std::to_string(use.index) + ", or reboot"},
      Safety::show_only, "none needed"))};
  return finding;
}

}  // namespace

// Work will not fit: the card is full and nobody is seen on it, or JAX is told to take more than there is.
Verdict check(const Snapshot& snapshot) {
  std::vector<CardInUse> cards = cards_in_use(snapshot);
  std::optional<double> share = wanted_share(snapshot);
  auto full = std::ranges::find_if(cards, [](const CardInUse& use) {
    return is_full(*use.card) && !use.others.is_unknown() && (use.others.is_absent() || use.others->empty());
  });
  bool too_much = share && *share > 1 && has_jax(snapshot);
  if (!too_much && full == cards.end()) {
    if (!driver_reaches_gpu(snapshot)) return not_applicable("CUDA shows no card");
    // A card in use by somebody is another rule's; only one whose memory is not read leaves the question open.
    for (const CardInUse& use : cards)
      if (use.card->memory_used.is_unknown())
        return cannot_tell(fmt::format("the memory in use on GPU {}", use.index), use.card->memory_used);
    return passes();
  }
  Finding finding = too_much ? asks_for_too_much(snapshot) : is_full_without_owner(*full);
  finding.severity = Severity::degraded;
  finding.confidence = Confidence::possible;
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::gpu_out_of_memory
