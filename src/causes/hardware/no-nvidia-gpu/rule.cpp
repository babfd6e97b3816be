#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::no_nvidia_gpu {

namespace {

// Where a scheduler picks the machine, a node without a card means that none was asked for.
bool was_handed_out(const Snapshot& snapshot) {
  bool slurm_without = snapshot.platform.slurm_installed.is(true) || is_platform(snapshot, "slurm");
  return (slurm_without && snapshot.platform.slurm_gpus.is_absent()) || is_platform(snapshot, "kubernetes");
}

}  // namespace

// The bus can be read, it shows other devices, and none of them is an NVIDIA card.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  if (snapshot.pci.display.is_unknown()) return cannot_tell("the PCI bus", snapshot.pci.display);
  if (!nvidia_functions(snapshot).empty()) return passes();
  if (snapshot.platform.kind.is_unknown()) return cannot_tell("what kind of place this is", snapshot.platform.kind);
  if (was_handed_out(snapshot)) return not_applicable("a scheduler chose this machine: the allocation decides whether it has a GPU");

  Finding finding;
  finding.headline = "this machine has no NVIDIA GPU";
  std::string shown = snapshot.pci.functions.is_known() ? fmt::format("{} devices", *snapshot.pci.functions) : "devices";
  prove(finding, fmt::format("the PCI bus shows {}, and no NVIDIA graphics card among them", shown), snapshot.pci.display.evidence());
  if (snapshot.pci.display.is_known())
    for (const PciFunction& other : *snapshot.pci.display)
      prove(finding,
            fmt::format("  {} {:04x}:{:04x}   graphics of {}", other.address, other.vendor, other.device, graphics_vendor(other.vendor)),
            card_evidence(other));
  if (finding.details.size() > 6) finding.details.resize(6);
  finding.remedies = {checked(remedies::steps(
      "use a machine with an NVIDIA GPU",
      {"a machine of your own: build a card in, or check seat and power plugs of the one that should be there; in the BIOS, the slot must "
       "be enabled",
       "a laptop with two GPUs: switch its graphics mode from integrated to hybrid or discrete (BIOS, or the vendor's tool) and reboot",
       "a virtual machine: pass a card through to it, or choose an instance type with a GPU"},
      Safety::show_only, "none needed"))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::no_nvidia_gpu
