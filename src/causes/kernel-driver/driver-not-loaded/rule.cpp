#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::driver_not_loaded {

namespace {

// Faults with a name of their own that keep the module out; "" when none of them is there.
std::string other_reason(const Snapshot& snapshot, const ModuleFile* file, bool blacklisted) {
  if (!file) return "there is no module for the running kernel";
  if (!rival_driver(snapshot).empty()) return "another kernel driver owns the card";
  for (CardFit fit : {CardFit::too_old, CardFit::too_new, CardFit::not_for_open_module})
    if (all_cards(snapshot, fit)) return "the driver does not support this card";
  if (!blacklisted && demands_signature(snapshot).is(true) && is_built_here(*file)) return "the kernel demands a signature";
  return {};
}

}  // namespace

// The module for the running kernel is on disk (or the host's business) and the kernel has not loaded it.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  const KernelModule& module = snapshot.kernel_module;
  if (module.loaded.is(true)) return passes();
  if (snapshot.pci.display.is_known() && nvidia_functions(snapshot).empty()) return not_applicable("there is no NVIDIA card");
  if (module.loaded.is_unknown()) return cannot_tell("whether the module nvidia is loaded", module.loaded);
  if (snapshot.pci.display.is_unknown()) return cannot_tell("the PCI bus", snapshot.pci.display);
  if (snapshot.platform.container.is_unknown()) return cannot_tell("whether this is a container", snapshot.platform.container);
  bool container = in_container(snapshot);
  if (!container && module.files.is_unknown()) return cannot_tell("the module files of the kernels", module.files);
  if (!container && snapshot.host.kernel_release.is_unknown())
    return cannot_tell("the release of the running kernel", snapshot.host.kernel_release);
  const ModuleFile* file = container ? nullptr : find_running_module(snapshot);
  std::vector<std::string> blacklists =
      !container && module.blacklisted_by.is_known() ? *module.blacklisted_by : std::vector<std::string>();
  if (std::string why = container ? "" : other_reason(snapshot, file, !blacklists.empty()); !why.empty()) return not_applicable(why);

  Finding finding;
  finding.headline = container ? "the host's kernel has not loaded the NVIDIA driver"
                               : "the NVIDIA driver is installed but its kernel module is not loaded";
  prove_cards(snapshot, finding);
  prove(finding, fmt::format("the running kernel has no module nvidia ({})", module.loaded.evidence().locator), module.loaded.evidence());
  if (file) prove(finding, fmt::format("the module lies ready in {}", file->path), {Source::file, file->path, file->kernel});
  for (const std::string& path : blacklists) prove(finding, fmt::format("{} keeps it out", path), module.blacklisted_by.evidence());
  prove_codes(snapshot, finding);
  // A container cannot see why; a set-uid nvidia-modprobe would load a module that can be loaded, at the first use.
  finding.confidence =
      container || (blacklists.empty() && !snapshot.device_nodes.modprobe_setuid.is(false)) ? Confidence::likely : Confidence::certain;
  finding.remedies = {load_driver(snapshot, blacklists)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::driver_not_loaded
