#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

#include <algorithm>
#include <array>

namespace gpuwhy::causes::suspend_resume {

namespace {

constexpr std::int64_t unknown_error = 999;  // CUDA_ERROR_UNKNOWN

// The newest line that says the machine woke up; nullptr when it did not sleep since it started.
const KernelLogLine* find_wake_up(const std::vector<KernelLogLine>& lines) {
  constexpr std::array<std::string_view, 4> words = {"PM: suspend exit", "PM: hibernation: hibernation exit", "PM: hibernation exit",
                                                     "PM: resume from"};
  const KernelLogLine* found = nullptr;
  for (const KernelLogLine& line : lines)
    if (std::ranges::any_of(words, [&](std::string_view word) { return line.text.find(word) != std::string::npos; })) found = &line;
  return found;
}

Remedy reload(const Snapshot& snapshot) {
  Remedy remedy;
  remedy.title = "load nvidia_uvm again";
  if (in_container(snapshot)) {
    remedy.steps = {"on the host, with no program on the GPU: sudo rmmod nvidia_uvm && sudo modprobe nvidia_uvm",
                    "then start the container again"};
  } else {
    remedy.commands = {remedies::as_root(snapshot.host, {"rmmod", "nvidia_uvm"}),
                       remedies::as_root(snapshot.host, {"modprobe", "nvidia_uvm"})};
    remedy.steps = {
        "if rmmod says that the module is in use, end the programs on the GPU first (sudo fuser -v /dev/nvidia-uvm names them)"};
  }
  remedy.undo = "none needed";
  remedy.effects = {remedies::working_driver()};
  return checked(std::move(remedy));
}

Remedy prevent() {
  return checked(remedies::steps(
      "so that it lasts over the next sleep",
      {"keep the card's memory while the machine sleeps: `options nvidia NVreg_PreserveVideoMemoryAllocations=1` in "
       "/etc/modprobe.d/nvidia-sleep.conf",
       "and let systemd save and restore it: sudo systemctl enable nvidia-suspend nvidia-hibernate nvidia-resume, then reboot"},
      Safety::ask, "remove the file and disable the services"));
}

}  // namespace

// The machine slept; since then nvidia_uvm is of no use although it is loaded and opens: NVML works, cuInit answers 999.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  if (init_code(snapshot) != unknown_error) return not_applicable("cuInit does not answer 999");
  if (nvml_code(snapshot) != 0) return not_applicable("the driver itself does not answer");
  const DeviceNode* uvm = find_node(snapshot, uvm_node);
  if (!uvm || !uvm->open_error.is(0)) return not_applicable("/dev/nvidia-uvm is missing or does not open");
  const Fact<std::vector<KernelLogLine>>& log = snapshot.kernel_log.lines;
  if (!log.is_known()) return cannot_tell("the kernel's log", log);
  const KernelLogLine* woke = find_wake_up(*log);
  if (!woke) return passes();

  Finding finding;
  finding.headline = "CUDA does not work since the machine woke from sleep: nvidia_uvm must be loaded again";
  prove_codes(snapshot, finding, ": nvidia-smi works, CUDA does not");
  prove(finding, "the module nvidia_uvm is loaded and its node opens", uvm->open_error.evidence());
  std::string text = woke->time.empty() ? woke->text : fmt::format("{} {}", woke->time, woke->text);
  prove(finding, fmt::format("the kernel says: {}", text), {Source::log, snapshot.kernel_log.source, text});
  finding.confidence = Confidence::likely;
  finding.remedies = {reload(snapshot), prevent()};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::suspend_resume
