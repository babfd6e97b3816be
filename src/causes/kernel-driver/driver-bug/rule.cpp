#include "causes/support/card_faults.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::driver_bug {

namespace {

constexpr std::int64_t not_initialized = 3;                 // CUDA_ERROR_NOT_INITIALIZED
constexpr int firmware_silent = 119, firmware_error = 120;  // Xid of the GSP
constexpr std::string_view option_file = "/etc/modprobe.d/nvidia-uvm-hmm.conf";

Remedy switch_hmm_off(const Snapshot& snapshot) {
  Remedy remedy;
  remedy.title = "switch off HMM in nvidia_uvm and load it again";
  std::string line = fmt::format("echo 'options nvidia_uvm uvm_disable_hmm=1' > {}", option_file);
  if (in_container(snapshot)) {
    remedy.steps = {"on the host, as root: " + line, "there, with no program on the GPU: rmmod nvidia_uvm && modprobe nvidia_uvm"};
  } else {
    remedy.commands = {remedies::as_root(snapshot.host, {"sh", "-c", line}), remedies::as_root(snapshot.host, {"rmmod", "nvidia_uvm"}),
                       remedies::as_root(snapshot.host, {"modprobe", "nvidia_uvm"})};
    remedy.steps = {"if rmmod says that the module is in use, end the programs on the GPU first, or reboot"};
  }
  remedy.undo = fmt::format("sudo rm {}", option_file);
  remedy.effects = {remedies::working_driver()};
  return checked(std::move(remedy));
}

// cuInit answers 3 although everything that it needs is there: nvidia_uvm cannot set up HMM on this kernel.
std::optional<Verdict> judge_hmm(const Snapshot& snapshot) {
  const DeviceNode* uvm = find_node(snapshot, uvm_node);
  bool all_is_there = nvml_code(snapshot) == 0 && snapshot.kernel_module.uvm_loaded.is(true) && uvm && uvm->open_error.is(0);
  if (init_code(snapshot) != not_initialized || !all_is_there) return std::nullopt;
  const Fact<bool>& disabled = snapshot.kernel_module.uvm_hmm_disabled;
  if (disabled.is_unknown()) return cannot_tell("whether nvidia_uvm uses HMM", disabled);
  if (!disabled.is(false)) return std::nullopt;
  Finding finding;
  finding.headline = "CUDA does not start on this kernel while nvidia_uvm uses HMM, a known fault of the driver";
  prove_codes(snapshot, finding, ": nvidia-smi works, CUDA does not");
  prove(finding, "nvidia_uvm is loaded and its node opens", uvm->open_error.evidence());
  prove(finding, "its option uvm_disable_hmm is off", disabled.evidence());
  if (auto driver = installed_driver(snapshot))
    prove(finding, fmt::format("the driver is {} ({})", driver->version, installed_flavour(snapshot)), driver->evidence);
  finding.confidence = Confidence::likely;
  finding.remedies = {switch_hmm_off(snapshot)};
  return fires(std::move(finding));
}

std::vector<Remedy> firmware_cures(const Snapshot& snapshot) {
  std::string host = on_host(snapshot);
  std::vector<std::string> lasting = {host + "install a newer driver branch: several versions had this fault"};
  if (installed_flavour(snapshot) == "proprietary")
    lasting.push_back(
        host + "or do without the firmware: `options nvidia NVreg_EnableGpuFirmware=0` in /etc/modprobe.d/nvidia-gsp.conf, then reboot");
  return {checked(remedies::steps(
              "reset the card or reboot",
              {host + "end all programs that use it, then: sudo nvidia-smi --gpu-reset -i NUMBER; where that hangs or is refused, reboot"},
              Safety::show_only, "none needed")),
          checked(remedies::steps("so that it does not come back", std::move(lasting), Safety::ask,
                                  "install the former driver, or remove the file"))};
}

}  // namespace

// Known faults of driver or firmware, each with its own mark: cuInit 3 with HMM, and a GSP that stopped answering (Xid 119, 120).
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  if (auto verdict = judge_hmm(snapshot)) return *verdict;
  Finding finding;
  for (const Card& card : cards_of(snapshot)) {
    if (card.answers || has_left_bus(snapshot, card) || failed_to_start(snapshot, card)) continue;
    for (const LoggedXid& xid : logged_xids(snapshot, card)) {
      if (xid.number != firmware_silent && xid.number != firmware_error) continue;
      finding.headline = fmt::format("the firmware (GSP) of {} stopped answering the driver", card.title);
      prove_log(snapshot, finding, *xid.line);
    }
  }
  if (finding.headline.empty()) return without_log_line(snapshot);
  prove_codes(snapshot, finding);
  if (auto driver = installed_driver(snapshot)) prove(finding, fmt::format("the driver is {}", driver->version), driver->evidence);
  finding.remedies = firmware_cures(snapshot);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::driver_bug
