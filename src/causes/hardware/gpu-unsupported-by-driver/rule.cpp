#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::gpu_unsupported_by_driver {

namespace {

std::string reason(const PciFunction& card, CardFit fit, const std::string& driver) {
  const facts::PciDevice* device = facts::find_pci_device(static_cast<std::uint16_t>(card.device));
  switch (fit) {
    case CardFit::too_old:
      return fmt::format("the last driver branch for it ({}) is {}; installed is {}", device->architecture, device->last_driver_branch,
                         driver);
    case CardFit::too_new:
      return fmt::format("it is newer ({}) than the installed driver {}, which does not know it", device->architecture, driver);
    default:
      return fmt::format("the open kernel module begins with Turing; this card ({}) needs the proprietary module of driver {}",
                         device->architecture, driver);
  }
}

bool is_unfit(CardFit fit) { return fit == CardFit::too_old || fit == CardFit::too_new || fit == CardFit::not_for_open_module; }

}  // namespace

// The tables of the driver's branches exclude every card of this machine, and no card is bound to the driver.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  if (snapshot.pci.display.is_unknown()) return cannot_tell("the PCI bus", snapshot.pci.display);
  std::vector<const PciFunction*> cards = nvidia_functions(snapshot);
  if (cards.empty()) return not_applicable("there is no NVIDIA card");
  if (!has_kernel_part(snapshot)) return not_applicable("no kernel driver is installed");
  auto driver = installed_driver(snapshot);
  if (!driver && snapshot.kernel_module.loaded.is_unknown())
    return cannot_tell("the version of the installed driver", snapshot.kernel_module.loaded);
  if (!driver) return cannot_tell("the version of the installed driver", "the module does not say it here, and no package tells");

  Finding finding;
  for (const PciFunction* card : cards) {
    if (card->driver.is("nvidia")) return passes();  // the driver itself has taken the card
    CardFit fit = judge_card(*card, snapshot);
    if (!is_unfit(fit)) return passes();
    prove(finding, card_line(*card), card_evidence(*card));
    finding.details.push_back("  " + reason(*card, fit, driver->version));
    finding.headline = fmt::format("the installed NVIDIA driver {} does not support the {}", driver->version, card_title(*card));
  }
  finding.because.push_back(driver->evidence);
  // Not one card is bound to a driver that is loaded: it was seen to leave them alone. Otherwise the tables say that it will.
  finding.confidence = snapshot.kernel_module.loaded.is(true) ? Confidence::certain : Confidence::likely;
  prove_codes(snapshot, finding);
  finding.remedies = {install_fitting_driver(snapshot)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::gpu_unsupported_by_driver
