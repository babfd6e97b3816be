#include "causes/support/card_faults.h"
#include "causes/support/driver_faults.h"

#include <algorithm>

namespace gpuwhy::causes::gpu_init_failed {

namespace {

// A driver that does not fit the card fails in the same way, and is named by another rule.
bool has_other_reason(const Snapshot& snapshot, const Card& card) {
  if (card.answers || has_left_bus(snapshot, card) || unplaced_bar(card) >= 0 || driver_refused_bar(snapshot, card)) return true;
  if (!card.function) return false;
  CardFit fit = judge_card(*card.function, snapshot);
  return fit != CardFit::fits && fit != CardFit::unknown;
}

// The module has the card and knows not even its name, and NVML does not list it.
const ModuleGpu* find_nameless(const Snapshot& snapshot, const Card& card) {
  if (!snapshot.kernel_module.gpus.is_known() || !card.function || !card.function->driver.is("nvidia")) return nullptr;
  const DriverAnswers* driver = default_driver(snapshot);
  if (card.nvml || !driver || !driver->nvml_devices.is_known()) return nullptr;
  auto gpu = std::ranges::find(*snapshot.kernel_module.gpus, card.address, &ModuleGpu::address);
  return gpu != snapshot.kernel_module.gpus->end() && gpu->model == "Unknown" ? &*gpu : nullptr;
}

std::vector<Remedy> cures(const Snapshot& snapshot, bool firmware) {
  std::string host = on_host(snapshot);
  std::vector<std::string> next = {"update the firmware of the board and, where its maker offers one, of the card (VBIOS)",
                                   "install another driver version; if two of them fail alike, the card or its slot is at fault",
                                   "put the card into another slot or machine: one that fails there too is to be exchanged"};
  if (firmware && installed_flavour(snapshot) == "proprietary")
    next.insert(
        next.begin(),
        host +
            "the card's own firmware (GSP) did not start; this module can do without it: put `options nvidia NVreg_EnableGpuFirmware=0` "
            "into /etc/modprobe.d/nvidia-gsp.conf and reboot");
  return {checked(remedies::steps(
              "switch the machine off and on again",
              {host + "power off, wait a minute, power on: a warm reboot leaves the card's firmware in the state in which it failed"},
              Safety::show_only, "none needed")),
          checked(remedies::steps("if it fails again", std::move(next), Safety::ask,
                                  "remove the file that you made, or install the former version again"))};
}

}  // namespace

// The kernel driver has taken the card and cannot start it, so that no program sees it.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_cards_are_not_judged(snapshot); !why.empty()) return not_applicable(why);
  Finding finding;
  bool logged = false, firmware = false;
  for (const Card& card : cards_of(snapshot)) {
    if (has_other_reason(snapshot, card)) continue;
    auto lines = log_lines(snapshot, card, {"RmInitAdapter", "rm_init_adapter failed", "GFW_BOOT", "GFW boot", "WPR2"});
    const ModuleGpu* nameless = find_nameless(snapshot, card);
    if (!failed_to_start(snapshot, card) && !nameless) continue;
    if (finding.headline.empty()) finding.headline = fmt::format("the kernel driver cannot start {}", card.title);
    else finding.details.push_back(fmt::format("nor {}", card.title));
    constexpr std::size_t shown = 3;
    for (std::size_t i = lines.size() > shown ? lines.size() - shown : 0; i < lines.size(); ++i) prove_log(snapshot, finding, *lines[i]);
    for (const KernelLogLine* line : lines)
      firmware |= line->text.find("GSP") != std::string::npos || line->text.find("GFW") != std::string::npos;
    logged |= !lines.empty();
    if (nameless)
      prove(finding, "the module has taken the card and does not know its name",
            {Source::procfs, fmt::format("/proc/driver/nvidia/gpus/{}/information", card.address), "Model: Unknown"});
  }
  if (finding.headline.empty()) return without_log_line(snapshot);
  prove_codes(snapshot, finding);
  finding.severity = severity_for_card(snapshot);
  finding.confidence = logged ? Confidence::certain : Confidence::likely;
  finding.remedies = cures(snapshot, firmware);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::gpu_init_failed
