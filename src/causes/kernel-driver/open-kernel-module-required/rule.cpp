#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::open_kernel_module_required {

// The proprietary module is loaded, and the cards are of a kind that only the open one can start.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  const KernelModule& module = snapshot.kernel_module;
  if (snapshot.pci.display.is_unknown()) return cannot_tell("the PCI bus", snapshot.pci.display);
  std::vector<const PciFunction*> cards = nvidia_functions(snapshot);
  if (cards.empty()) return not_applicable("there is no NVIDIA card");
  bool open_only = true;
  for (const PciFunction* card : cards) {
    const facts::PciDevice* device = facts::find_pci_device(static_cast<std::uint16_t>(card->device));
    open_only = open_only && device && device->kernel_modules == "open-only";
  }
  if (!open_only) return passes();
  if (module.loaded.is_unknown()) return cannot_tell("whether the module nvidia is loaded", module.loaded);
  if (!module.loaded.is(true)) return not_applicable("the module is not loaded");
  if (module.loaded_flavour.is_unknown()) return cannot_tell("the flavour of the loaded module", module.loaded_flavour);
  if (!module.loaded_flavour.is("proprietary")) return passes();
  if (all_cards(snapshot, CardFit::too_new)) return not_applicable("the driver is too old for this card in any flavour");
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver && driver->nvml_count.is_known() && *driver->nvml_count > 0) return passes();  // it has started the card
  if (!rival_driver(snapshot).empty()) return not_applicable("another kernel driver owns the card");

  std::string version = module.loaded_version.is_known() ? *module.loaded_version : "";
  Finding finding;
  finding.headline = "the proprietary NVIDIA module is loaded, and this card needs the open one";
  prove_cards(snapshot, finding);
  prove(finding, fmt::format("loaded is the proprietary module {}; only the open one starts cards of this generation", version),
        module.loaded_flavour.evidence());
  prove_codes(snapshot, finding);
  bool seen = driver && (driver->nvml_count.is(std::int64_t{0}) || init_code(snapshot).value_or(0) != 0);
  finding.confidence = seen ? Confidence::certain : Confidence::likely;
  finding.remedies = {install_open_module(snapshot, version)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::open_kernel_module_required
