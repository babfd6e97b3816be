#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

#include <algorithm>
#include <array>

namespace gpuwhy::causes::uvm_missing {

namespace {

// What cuInit says when something else is wrong: stub, no device, not ready, mismatch, compat.
bool is_other_fault(std::int64_t code) {
  constexpr std::array<std::int64_t, 7> others = {34, 35, 100, 101, 802, 803, 804};
  return std::ranges::find(others, code) != others.end();
}

}  // namespace

// CUDA needs nvidia-uvm, NVML does not: the card is there for nvidia-smi and cuInit fails.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  const Fact<bool>& loaded = snapshot.kernel_module.uvm_loaded;
  if (snapshot.device_nodes.nodes.is_unknown())
    return driver_is_installed(snapshot) ? cannot_tell("the device nodes", snapshot.device_nodes.nodes)
                                         : not_applicable("no driver is installed");
  if (!has_node(snapshot, control_node) || card_nodes(snapshot).empty())
    return not_applicable("the nodes of the driver itself are missing");
  std::optional<std::int64_t> code = init_code(snapshot), nvml = nvml_code(snapshot);
  if (code == 0 || (code && is_other_fault(*code))) return passes();
  if (nvml.value_or(0) != 0 || snapshot.kernel_module.loaded.is(false)) return not_applicable("the driver itself does not answer");
  const DeviceNode* node = find_node(snapshot, uvm_node);
  if (node && is_refused(*node)) return not_applicable("the node is there and may not be opened");
  if (node && node->open_error.is(0)) return passes();
  if (node && node->open_error.is_unknown() && !loaded.is(false))
    return cannot_tell("whether /dev/nvidia-uvm can be opened", node->open_error);
  Fact<bool> by_themselves = nodes_come_by_themselves(snapshot);
  if (!code && by_themselves.is(true)) return passes();
  if (!code && by_themselves.is_unknown()) return cannot_tell("whether nvidia-modprobe would create /dev/nvidia-uvm", by_themselves);

  Finding finding;
  finding.headline = loaded.is(false) ? "the kernel module nvidia_uvm is not loaded, and CUDA cannot start without it"
                                      : "CUDA cannot start: /dev/nvidia-uvm is missing or does not open";
  if (node)
    prove(finding, fmt::format("{} is there and does not open", uvm_node),
          node->open_error.is_known() ? node->open_error.evidence() : loaded.evidence());
  else
    prove(finding, "/dev/nvidia-uvm is not there; /dev/nvidiactl and the card's own node are",
          {Source::file, std::string(uvm_node), "not there"});
  if (loaded.is_known())
    prove(finding, *loaded ? "the module nvidia_uvm is loaded" : "the kernel has no module nvidia_uvm loaded", loaded.evidence());
  prove_codes(snapshot, finding, nvml == 0 && code ? ": nvidia-smi works, CUDA does not" : "");
  // Where root would make the node at the first use, the failure may be that of our careful question alone.
  finding.confidence = code != 999 && by_themselves.is(true)    ? Confidence::possible
                       : code == 999 && !by_themselves.is(true) ? Confidence::certain
                                                                : Confidence::likely;
  finding.remedies = {bring_uvm(snapshot)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::uvm_missing
