#include "causes/support/card_faults.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::gpu_fallen_off_bus {

namespace {

std::vector<Remedy> cures(const Snapshot& snapshot) {
  std::string host = on_host(snapshot), others = driver_reaches_gpu(snapshot) ? "end the work on the other cards, then " : "";
  return {
      checked(remedies::steps("switch the machine off and on again",
                              {host + others + "power off, wait a minute, power on: a warm reboot often leaves the card as it is"},
                              Safety::show_only, "none needed")),
      checked(remedies::steps("if it comes back, look at what lets a card drop off",
                              {"the power plugs of the card, its seat, a riser cable, the power supply's size, the temperature under load",
                               "in the firmware of the board: a lower PCIe generation for this slot, no power saving of the link (ASPM)",
                               "a card that does so in another machine too is to be exchanged"},
                              Safety::safe, "none needed"))};
}

}  // namespace

// The link to the card is gone: the driver says so (Xid 79), NVML calls it lost, or its configuration space reads as ones.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_cards_are_not_judged(snapshot); !why.empty()) return not_applicable(why);
  Finding finding;
  for (const Card& card : cards_of(snapshot)) {
    if (!has_left_bus(snapshot, card)) continue;
    if (finding.headline.empty())
      finding.headline = fmt::format("{} has fallen off the bus: the machine cannot reach it any more", card.title);
    else finding.details.push_back(fmt::format("{} too", card.title));
    auto said = log_lines(snapshot, card, {"fallen off the bus", "GPU is lost"});
    if (!said.empty()) prove_log(snapshot, finding, *said.back());
    if (card.nvml && card.nvml->handle != 0)
      prove(finding, fmt::format("NVML answers {} when asked for the card: it is lost", card.nvml->handle),
            {Source::call, "nvmlDeviceGetHandleByIndex_v2", std::to_string(card.nvml->handle)});
    if (card.function && card.function->answers.is(false))
      prove(finding, "its configuration space reads as all ones: nothing answers at that address", card.function->answers.evidence());
  }
  if (finding.headline.empty()) return without_log_line(snapshot);
  prove_codes(snapshot, finding);
  finding.severity = severity_for_card(snapshot);
  finding.remedies = cures(snapshot);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::gpu_fallen_off_bus
