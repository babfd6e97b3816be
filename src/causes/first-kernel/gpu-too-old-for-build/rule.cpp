#include "causes/support/cause.h"
#include "causes/support/framework_releases.h"

namespace gpuwhy::causes::gpu_too_old_for_build {

// Every piece of GPU code in this build needs a newer card.
Verdict check(const FrameworkContext& context) {
  const Gate* gate = context.prediction.find_gate("architecture");
  if (!gate) return not_applicable("this build uses no CUDA");
  for (std::string_view lower : {"open-libcuda", "cu-init", "device-count"})
    if (gate_failed(context.prediction, lower)) return not_applicable("no GPU is reached");
  if (gate->state == GateState::unknown) return cannot_tell("whether the build holds code for the cards", gate->summary);
  auto cards = cards_without_code(context);
  std::erase_if(cards, [](const CardWithoutCode& card) { return card.gap != CodeGap::gpu_too_old; });
  if (cards.empty()) return passes();

  Finding finding = code_finding(context, cards);
  finding.headline = fmt::format("{} has no code for a card as old as the {}", title_of(context.build), cards.front().name);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::gpu_too_old_for_build
