#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::driver_hung {

// A call into the driver was begun and did not come back before its deadline.
Verdict check(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver_reaches_gpu(snapshot)) return passes();
  if (!driver || driver->end == "not run") {
    bool arises = driver_is_installed(snapshot) && snapshot.meta.basis != "root";
    std::string why = driver && !driver->end_detail.empty() ? driver->end_detail : "the driver was not asked";
    return arises ? cannot_tell("whether the driver answers", "not-probed: " + why) : not_applicable("no driver could be asked");
  }
  if (driver->end != "timed out") return passes();
  // Loading the library's file can hang too, on a file system over the network: that is not the driver.
  if (driver->end_detail.find(" in dlopen") != std::string::npos || driver->end_detail.find("before the first step") != std::string::npos)
    return not_applicable("the driver itself was not reached: " + driver->end_detail);

  std::string step =
      driver->end_detail.substr(driver->end_detail.rfind(" in ") == std::string::npos ? 0 : driver->end_detail.rfind(" in ") + 4);
  Finding finding;
  finding.headline = fmt::format("the NVIDIA driver does not come back from {}", step);
  prove(finding, fmt::format("asked in a process of its own: {}", driver->end_detail), {Source::call, step, driver->end_detail});
  const Fact<std::string>& loaded = snapshot.kernel_module.loaded_version;
  if (loaded.is_known()) prove(finding, fmt::format("the kernel module {} is loaded", *loaded), loaded.evidence());
  prove_cards(snapshot, finding);
  finding.details.push_back("programs that ask it stand still as well and often cannot be killed; nvidia-smi is one of them");
  std::string host = in_container(snapshot) ? "on the host: " : "";
  Remedy reboot =
      in_container(snapshot)
          ? remedies::steps("reboot the host", {"end the work on it first; nothing less frees a driver that is stuck in the kernel"},
                            Safety::show_only, "none needed")
          : remedies::reboot("reboot: nothing less frees a driver that is stuck in the kernel");
  finding.remedies = {
      checked(std::move(reboot)),
      checked(remedies::steps(
          "find out what it was",
          {host +
               "sudo dmesg | grep -i -E 'nvrm|xid' names the fault: Xid 79 is a card that fell off the bus, 119 and 120 its firmware (GSP)",
           host + "if it comes back: power off for a minute, check power plugs and temperature, and try another driver version"},
          Safety::safe, "none needed"))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::driver_hung
