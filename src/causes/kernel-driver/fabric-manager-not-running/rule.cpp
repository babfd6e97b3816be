#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::fabric_manager_not_running {

namespace {

constexpr std::int64_t system_not_ready = 802;  // CUDA_ERROR_SYSTEM_NOT_READY

}  // namespace

// CUDA says "system not yet initialized" (802), or would: NVSwitches are there and nobody has set up the links between the cards.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  const KernelModule& module = snapshot.kernel_module;
  std::optional<std::int64_t> code = init_code(snapshot);
  if (code && *code != system_not_ready) return not_applicable("CUDA does not say that the system is not ready");
  bool seen = code == system_not_ready;
  if (!seen && module.nvswitch_present.is(false)) return passes();
  if (!seen && module.loaded.is(false)) return not_applicable("the kernel module is not loaded");
  if (!seen && module.nvswitch_present.is_unknown())
    return driver_is_installed(snapshot) ? cannot_tell("whether this machine has NVSwitches", module.nvswitch_present)
                                         : not_applicable("no driver is installed");
  if (!seen && module.fabric_manager_running.is(true)) return passes();
  if (!seen && module.fabric_manager_running.is_unknown())
    return cannot_tell("whether the Fabric Manager runs", module.fabric_manager_running);

  bool stopped = module.fabric_manager_running.is(false), switches = module.nvswitch_present.is(true);
  Finding finding;
  finding.headline = stopped ? "the Fabric Manager is not running, and CUDA waits for it"
                             : "the system of NVSwitches is not set up: the Fabric Manager has not done its work";
  if (seen) prove_codes(snapshot, finding, ": the system is not yet initialized");
  if (switches) prove(finding, "this machine joins its GPUs by NVSwitches", module.nvswitch_present.evidence());
  if (stopped) prove(finding, "no process nv-fabricmanager is running", module.fabric_manager_running.evidence());
  if (module.fabric_manager_running.is(true))
    prove(finding, "nv-fabricmanager runs: its version must be the driver's, and its log says what failed",
          module.fabric_manager_running.evidence());
  if (auto driver = installed_driver(snapshot)) prove(finding, fmt::format("the driver is {}", driver->version), driver->evidence);
  if (seen && !switches)
    finding.details.push_back(
        "802 without NVSwitches here: in a virtual machine the host's Fabric Manager counts; in confidential computing the GPU's ready "
        "state must be set");
  // The code itself means that the system's set-up is not finished; without a switch here, somebody else has to finish it.
  finding.confidence = seen && switches && stopped ? Confidence::certain : seen || switches ? Confidence::likely : Confidence::possible;
  finding.remedies = {start_fabric_manager(snapshot)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::fabric_manager_not_running
