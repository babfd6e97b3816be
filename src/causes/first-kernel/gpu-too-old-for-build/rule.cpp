#include "causes/support/card_code.h"
#include "causes/support/cause.h"
#include "causes/support/framework_releases.h"

namespace gpuwhy::causes::gpu_too_old_for_build {

// Every piece of GPU code in this build needs a newer card.
Verdict check(const FrameworkContext& context) {
  if (auto verdict = why_no_card_codes(context)) return *verdict;
  auto cards = cards_without_code(context);
  std::erase_if(cards, [](const CardWithoutCode& card) { return card.gap != CodeGap::gpu_too_old; });
  if (cards.empty()) return passes();

  Finding finding = code_finding(context, cards);
  finding.headline = fmt::format("{} has no code for a card as old as the {}", title_of(context.build), cards.front().name);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::gpu_too_old_for_build
