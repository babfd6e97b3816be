#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::device_nodes_missing {

namespace {

std::vector<std::string> missing_nodes(const Snapshot& snapshot) {
  std::vector<std::string> missing;
  if (!has_node(snapshot, control_node)) missing.emplace_back(control_node);
  bool any_card = false;
  for (const DeviceNode* node : card_nodes(snapshot)) any_card = any_card || node->kind == "character device";
  if (!any_card) missing.emplace_back("/dev/nvidia0");
  return missing;
}

}  // namespace

// The kernel module is loaded, /dev does not show its nodes, and nothing will make them for this user.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_kernel_is_not_judged(snapshot); !why.empty()) return not_applicable(why);
  if (snapshot.device_nodes.nodes.is_known() && missing_nodes(snapshot).empty()) return passes();
  if (snapshot.pci.display.is_known() && nvidia_functions(snapshot).empty()) return not_applicable("there is no NVIDIA card");
  if (snapshot.platform.container.is_unknown()) return cannot_tell("whether this is a container", snapshot.platform.container);
  if (in_container(snapshot)) return not_applicable("inside a container: whoever starts it hands the nodes in");
  if (snapshot.kernel_module.loaded.is(false)) return not_applicable("the kernel module is not loaded");
  if (snapshot.kernel_module.loaded.is_unknown()) return cannot_tell("whether the module nvidia is loaded", snapshot.kernel_module.loaded);
  if (snapshot.device_nodes.nodes.is_unknown()) return cannot_tell("the device nodes", snapshot.device_nodes.nodes);
  if (!rival_driver(snapshot).empty()) return not_applicable("another kernel driver owns the card");
  Fact<bool> by_themselves = nodes_come_by_themselves(snapshot);
  if (by_themselves.is_unknown()) return cannot_tell("whether nvidia-modprobe would create the nodes", by_themselves);
  if (by_themselves.is(true)) return passes();

  std::vector<std::string> missing = missing_nodes(snapshot);
  Finding finding;
  finding.headline = fmt::format("the device file{} of the loaded NVIDIA driver {} missing: {}", missing.size() == 1 ? "" : "s",
                                 missing.size() == 1 ? "is" : "are", fmt::join(missing, ", "));
  for (const std::string& path : missing) {
    const DeviceNode* node = find_node(snapshot, path);
    prove(finding, node ? fmt::format("{} is a {}, not a device", path, node->kind) : fmt::format("{} is not there", path),
          {Source::file, path, node ? node->kind : "not there"});
  }
  prove(finding, "the kernel module nvidia is loaded", snapshot.kernel_module.loaded.evidence());
  prove(finding, "no set-uid nvidia-modprobe works here, so no program of an ordinary user creates them", by_themselves.evidence());
  prove_codes(snapshot, finding);
  finding.confidence = init_code(snapshot).value_or(0) != 0 ? Confidence::certain : Confidence::likely;
  finding.remedies = {create_nodes(snapshot)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::device_nodes_missing
