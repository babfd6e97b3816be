#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::driver_not_installed {

// A card is there, and neither a kernel nor the package manager knows anything of its driver.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  const KernelModule& module = snapshot.kernel_module;
  if (has_kernel_part(snapshot)) return passes();
  if (snapshot.pci.display.is_unknown()) return cannot_tell("the PCI bus", snapshot.pci.display);
  if (nvidia_functions(snapshot).empty()) return not_applicable("there is no NVIDIA card");
  if (snapshot.platform.container.is_unknown()) return cannot_tell("whether this is a container", snapshot.platform.container);
  if (in_container(snapshot)) return not_applicable("inside a container: the kernel's files are the host's");
  if (module.loaded.is_unknown()) return cannot_tell("whether the module nvidia is loaded", module.loaded);
  if (module.files.is_unknown()) return cannot_tell("the module files of the kernels", module.files);
  const Candidate* libcuda = find_driver_libcuda(snapshot);
  bool packages_known = module.packages.is_known();
  // Its module is gone, then: kernel-module-build-missing.
  if (is_installed_by_hand(snapshot)) return not_applicable("the driver's libraries are installed; its module is missing");

  Finding finding;
  finding.headline = libcuda ? "only libraries of the NVIDIA driver are installed, not its kernel module" : "no NVIDIA driver is installed";
  prove_cards(snapshot, finding);
  prove(finding, "no kernel of this machine has a module nvidia, loaded or on disk, and DKMS knows none", module.loaded.evidence());
  finding.because.push_back(module.files.evidence());
  if (libcuda) finding.details.push_back(fmt::format("{} comes from a package of libraries alone", libcuda->real_path));
  else
    finding.details.push_back(packages_known ? "no package of the driver is installed, and no libcuda of it is on the loader's path"
                                             : "no libcuda of the driver is on the loader's path");
  if (packages_known) finding.because.push_back(module.packages.evidence());
  finding.confidence = packages_known ? Confidence::certain : Confidence::likely;
  finding.remedies = {install_fitting_driver(snapshot)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::driver_not_installed
