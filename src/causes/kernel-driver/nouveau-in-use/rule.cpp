#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::nouveau_in_use {

// Every NVIDIA card is bound to another kernel driver, although NVIDIA's is installed for this kernel.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  if (snapshot.pci.display.is_unknown()) return cannot_tell("the PCI bus", snapshot.pci.display);
  std::vector<const PciFunction*> cards = nvidia_functions(snapshot);
  if (cards.empty()) return not_applicable("there is no NVIDIA card");
  for (const PciFunction* card : cards)
    if (card->driver.is_unknown()) return cannot_tell(fmt::format("the kernel driver bound to {}", card->address), card->driver);
  std::string rival = rival_driver(snapshot);
  if (rival.empty()) return passes();
  if (snapshot.platform.container.is_unknown()) return cannot_tell("whether this is a container", snapshot.platform.container);
  bool installed = snapshot.kernel_module.loaded.is(true) || find_running_module(snapshot);
  if (!installed && in_container(snapshot))
    return cannot_tell("whether the host has the NVIDIA driver", "inside a container: the kernel's files are the host's");
  if (!installed && snapshot.kernel_module.files.is_unknown())
    return cannot_tell("the module files of the kernels", snapshot.kernel_module.files);
  if (!installed) return not_applicable("the running kernel has no NVIDIA module that could take the card");

  Finding finding;
  finding.headline = fmt::format("the kernel driver {} owns the card, so the NVIDIA driver cannot use it", rival);
  for (const PciFunction* card : cards) prove(finding, card_line(*card), card->driver.evidence());
  if (auto driver = installed_driver(snapshot))
    prove(finding, fmt::format("the NVIDIA driver {} is installed for this kernel", driver->version), driver->evidence);
  finding.remedies = {free_card(snapshot, rival)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::nouveau_in_use
