#include "base/text.h"
#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::kernel_module_build_missing {

namespace {

void tell_what_is_there(const Snapshot& snapshot, Finding& finding) {
  std::size_t told = 0;
  const KernelModule& module = snapshot.kernel_module;
  if (module.files.is_known())
    for (const ModuleFile& file : *module.files)
      if (told++ < 3) prove(finding, fmt::format("built for {}: {}", file.kernel, file.path), {Source::file, file.path, file.kernel});
  if (module.dkms.is_known())
    for (const DkmsState& state : *module.dkms) {
      std::string built = join(state.built.empty() ? std::vector<std::string>{"no kernel"} : state.built, ", ");
      prove(finding, fmt::format("DKMS has {} {}, built for {}", state.module, state.version, built), module.dkms.evidence());
    }
  if (module.headers_present.is(false))
    prove(finding, "the headers of the running kernel, which a build needs, are not installed", module.headers_present.evidence());
  for (const DriverPackage* package : kernel_packages(snapshot)) {
    if (told++ >= 3) break;
    prove(finding, fmt::format("the package {} is installed", package->name), {Source::package, package->name, package->version});
  }
}

}  // namespace

// The driver is installed, and none of its module files belongs to the kernel that runs.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  const KernelModule& module = snapshot.kernel_module;
  if (module.loaded.is(true)) return passes();
  if (snapshot.pci.display.is_known() && nvidia_functions(snapshot).empty()) return not_applicable("there is no NVIDIA card");
  if (snapshot.platform.container.is_unknown()) return cannot_tell("whether this is a container", snapshot.platform.container);
  if (in_container(snapshot)) return not_applicable("inside a container: the kernel's files are the host's");
  if (module.loaded.is_unknown()) return cannot_tell("whether the module nvidia is loaded", module.loaded);
  if (snapshot.host.kernel_release.is_unknown()) return cannot_tell("the release of the running kernel", snapshot.host.kernel_release);
  if (find_running_module(snapshot)) return passes();
  if (module.files.is_unknown()) return cannot_tell("the module files of the kernels", module.files);
  const Candidate* libcuda = find_driver_libcuda(snapshot);
  if (!has_kernel_part(snapshot) && !is_installed_by_hand(snapshot)) return not_applicable("no kernel driver is installed");
  if (snapshot.pci.display.is_unknown()) return cannot_tell("the PCI bus", snapshot.pci.display);

  Finding finding;
  finding.headline = fmt::format("there is no NVIDIA module for the running kernel {}", *snapshot.host.kernel_release);
  finding.because = {module.files.evidence(), module.loaded.evidence()};
  tell_what_is_there(snapshot, finding);
  if (finding.details.empty())
    finding.details = {(libcuda ? libcuda->real_path : "the driver") + " is installed, and no kernel here has a module"};
  finding.remedies = {build_module(snapshot)};
  if (module.files.is_known() && !module.files->empty())
    finding.remedies.push_back(checked(remedies::steps(
        fmt::format("or boot the kernel {}, which has a module", module.files->back().kernel),
        {"reboot and choose that kernel in the boot menu (Advanced options)"}, Safety::show_only, "reboot into the other kernel")));
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::kernel_module_build_missing
