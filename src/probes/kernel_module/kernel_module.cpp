#include "probes/kernel_module/kernel_module.h"

#include "probes/host/access.h"
#include "probes/kernel_module/blacklist.h"
#include "probes/kernel_module/fabric.h"
#include "probes/kernel_module/module_files.h"
#include "probes/kernel_module/module_gpus.h"
#include "probes/kernel_module/module_state.h"
#include "probes/kernel_module/packages.h"
#include "probes/kernel_module/signing.h"
#include "probes/platform/container.h"

namespace gpuwhy {
namespace {

using namespace probes;

void probe_running_kernel(Machine& machine, Snapshot& snapshot, const std::string& elsewhere) {
  KernelModule& section = snapshot.kernel_module;
  section.loaded = find_loaded(machine, "nvidia");
  section.uvm_loaded = find_loaded(machine, "nvidia_uvm");
  section.loaded_version = read_loaded_version(machine, section.loaded);
  section.loaded_flavour = read_loaded_flavour(machine, section.loaded);
  section.rivals_loaded = find_rivals(machine);
  section.secure_boot = read_secure_boot(machine);
  section.lockdown = read_lockdown(machine);
  section.signature_enforced = read_signature_enforced(machine);
  section.nvswitch_present = find_nvswitch(machine);
  section.fabric_manager_running = find_fabric_manager(machine, elsewhere);
  section.gpus = read_module_gpus(machine);
  section.uvm_hmm_disabled = read_hmm_disabled(machine);
}

void leave_running_kernel_unknown(KernelModule& section) {
  section.loaded = section.uvm_loaded = section.secure_boot = section.signature_enforced = not_probed<bool>(no_running_kernel);
  section.nvswitch_present = section.fabric_manager_running = not_probed<bool>(no_running_kernel);
  section.loaded_version = section.loaded_flavour = section.lockdown = not_probed<std::string>(no_running_kernel);
  section.rivals_loaded = not_probed<std::vector<std::string>>(no_running_kernel);
  section.gpus = not_probed<std::vector<ModuleGpu>>(no_running_kernel);
  section.uvm_hmm_disabled = not_probed<bool>(no_running_kernel);
}

std::string why_kernel_is_elsewhere(Machine& machine) {
  if (machine.basis() == Machine::Basis::root_folder) return std::string(no_running_kernel);
  return find_container(machine).is_known() ? "inside a container: the kernel, its files and its processes are the host's" : "";
}

void note_what_was_refused(Snapshot& snapshot) {
  const KernelModule& section = snapshot.kernel_module;
  note_if_unread(snapshot, "whether the module nvidia is loaded", section.loaded);
  note_if_unread(snapshot, "the version of the loaded module", section.loaded_version);
  note_if_unread(snapshot, "the module files of the kernels", section.files);
  note_if_unread(snapshot, "the DKMS tree", section.dkms);
  note_if_unread(snapshot, "Secure Boot", section.secure_boot);
  note_if_unread(snapshot, "the lockdown of the kernel", section.lockdown);
  note_if_unread(snapshot, "the files of modprobe.d", section.blacklisted_by);
  note_if_unread(snapshot, "the distribution's packages", section.packages);
}

}  // namespace

void probe_kernel_module(Machine& machine, Snapshot& snapshot) {
  KernelModule& section = snapshot.kernel_module;
  const std::string elsewhere = why_kernel_is_elsewhere(machine);
  if (machine.basis() == Machine::Basis::root_folder) leave_running_kernel_unknown(section);
  else probe_running_kernel(machine, snapshot, elsewhere);
  section.files = find_module_files(machine, elsewhere);
  section.dkms = read_dkms(machine, elsewhere);
  section.headers_present = find_headers(machine, elsewhere);
  section.blacklisted_by = find_blacklists(machine, elsewhere);
  section.packages = find_driver_packages(machine);
  note_what_was_refused(snapshot);
}

}  // namespace gpuwhy
