#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::secure_boot_blocks_module {

// The module for this kernel is on disk and not loaded, it was built on this machine, and this kernel takes signed modules only.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  const KernelModule& module = snapshot.kernel_module;
  if (module.loaded.is(true)) return passes();
  if (snapshot.pci.display.is_known() && nvidia_functions(snapshot).empty()) return not_applicable("there is no NVIDIA card");
  if (in_container(snapshot)) return not_applicable("inside a container: the kernel's files are the host's");
  const ModuleFile* file = find_running_module(snapshot);
  if (!file) return not_applicable("the running kernel has no NVIDIA module");
  if (!is_built_here(*file)) return passes();
  Fact<bool> demanded = demands_signature(snapshot);
  if (demanded.is(false)) return passes();
  if (module.loaded.is_unknown()) return cannot_tell("whether the module nvidia is loaded", module.loaded);
  if (demanded.is_unknown()) return cannot_tell("whether the kernel demands signed modules", demanded);
  for (CardFit fit : {CardFit::too_old, CardFit::too_new, CardFit::not_for_open_module})
    if (all_cards(snapshot, fit)) return not_applicable("the driver does not support this card");

  Finding finding;
  finding.headline = module.secure_boot.is(true) ? "Secure Boot keeps the NVIDIA module out"
                                                 : "the kernel refuses the NVIDIA module: it takes signed modules only";
  finding.details = {
      fmt::format("{} is there for the running kernel, and it is not loaded", file->path),
      fmt::format("the kernel takes only modules signed with a key that it trusts ({}: {})", demanded.evidence().locator,
                  demanded.evidence().excerpt),
      "a module that was built on this machine is signed with a key of its own, which the firmware does not know until it is enrolled"};
  finding.because = {{Source::file, file->path, file->kernel}, module.loaded.evidence(), demanded.evidence()};
  if (module.secure_boot.is_known()) finding.because.push_back(module.secure_boot.evidence());
  // The refusal itself stands in the kernel's log only. Where nobody may have tried to load the module, it is one possibility.
  bool untried = !rival_driver(snapshot).empty() || (module.blacklisted_by.is_known() && !module.blacklisted_by->empty());
  finding.confidence = untried ? Confidence::possible : Confidence::likely;
  finding.remedies = {
      trust_module_key(snapshot),
      checked(remedies::steps("or switch Secure Boot off", {"in the firmware's setup, menu Security or Boot: Secure Boot, Disabled"},
                              Safety::show_only, "switch it on again in the same menu"))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::secure_boot_blocks_module
