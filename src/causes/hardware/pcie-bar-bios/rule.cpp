#include "causes/support/card_faults.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::pcie_bar_bios {

namespace {

std::vector<Remedy> cures(const Snapshot& snapshot) {
  std::string host = on_host(snapshot);
  return {checked(remedies::steps(
              "let the firmware place windows above 4 GiB",
              {"in the setup of the board (BIOS, UEFI): switch on 'Above 4G Decoding', also called 'Large BAR', 'Memory Mapped I/O above "
               "4GB' or "
               "'64-bit MMIO'; start by UEFI, without the compatibility module (CSM)",
               "in a virtual machine: give it UEFI firmware and a 64-bit window that holds all cards (QEMU: -fw_cfg "
               "opt/ovmf/X-PciMmio64Mb,string=262144; VMware: pciPassthru.use64bitMMIO=TRUE and pciPassthru.64bitMMIOSizeGB)"},
              Safety::show_only, "set it back")),
          checked(remedies::steps(
              "or let the kernel place them again",
              {host + "add pci=realloc to the kernel's command line (GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub or "
                      "grub2-mkconfig), reboot",
               "on a single-board computer: the window in the device tree is too small; another overlay or board is needed"},
              Safety::ask, "take pci=realloc out again"))};
}

}  // namespace

// The card asks for windows in the machine's address space, and firmware and kernel found no room for one of them.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_cards_are_not_judged(snapshot); !why.empty()) return not_applicable(why);
  Finding finding;
  const Card* unread = nullptr;
  std::vector<Card> cards = cards_of(snapshot);
  for (const Card& card : cards) {
    if (card.answers) continue;
    int bar = unplaced_bar(card);
    bool refused = driver_refused_bar(snapshot, card);
    if (bar < 0 && !refused) {
      if (card.function && card.function->bars.is_unknown() && !card.function->driver.is("nvidia")) unread = &card;
      continue;
    }
    if (finding.headline.empty()) finding.headline = fmt::format("{} has no place in the machine's address space", card.title);
    else finding.details.push_back(fmt::format("nor has {}", card.title));
    if (bar >= 0) prove(finding, fmt::format("its window {} (BAR {}) has no address", bar, bar), card.function->bars.evidence());
    for (const char* words : {"no space", "I/O region assigned to your NVIDIA device is invalid", " is 0M @ 0x0"})
      if (auto lines = log_lines(snapshot, card, {words}); !lines.empty()) prove_log(snapshot, finding, *lines.front());
    finding.confidence = refused ? Confidence::certain : Confidence::likely;
  }
  if (finding.headline.empty())
    return unread && has_kernel_part(snapshot)
               ? cannot_tell(fmt::format("the windows of the card {}", unread->address), unread->function->bars)
               : passes();
  prove_codes(snapshot, finding);
  finding.severity = severity_for_card(snapshot);
  finding.remedies = cures(snapshot);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::pcie_bar_bios
