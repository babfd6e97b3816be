#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/jetson.h"

#include <algorithm>

namespace gpuwhy::causes::device_permission_denied {

namespace {

// CUDA needs the control node, nvidia-uvm and at least one card; a single card that is refused may be somebody else's.
std::vector<const DeviceNode*> refused_nodes(const Snapshot& snapshot) {
  std::vector<const DeviceNode*> refused;
  if (has_tegra_gpu(snapshot)) {
    for (const DeviceNode* node : tegra_nodes(snapshot))
      if (is_refused(*node)) refused.push_back(node);
    return refused;
  }
  for (std::string_view path : {control_node, uvm_node})
    if (const DeviceNode* node = find_node(snapshot, path); node && is_refused(*node)) refused.push_back(node);
  std::vector<const DeviceNode*> cards = card_nodes(snapshot);
  bool all = std::ranges::all_of(cards, [](const DeviceNode* node) { return is_refused(*node); });
  if (all) refused.insert(refused.end(), cards.begin(), cards.end());
  return refused;
}

// The node that stands for the driver: what cannot be told of it cannot be told at all.
const DeviceNode* main_node(const Snapshot& snapshot) {
  if (!has_tegra_gpu(snapshot)) return find_node(snapshot, control_node);
  std::vector<const DeviceNode*> nodes = tegra_nodes(snapshot);
  return nodes.empty() ? nullptr : nodes.front();
}

}  // namespace

// Opening the nodes was tried, as this user, and the kernel refused it.
Verdict check(const Snapshot& snapshot) {
  std::string why = why_kernel_is_not_judged(snapshot);
  bool has_own_rules = has_tegra_gpu(snapshot) && !driver_reaches_gpu(snapshot);
  if (!why.empty() && !has_own_rules) return not_applicable(why);
  if (snapshot.device_nodes.nodes.is_unknown())
    return driver_is_installed(snapshot) ? cannot_tell("the device nodes", snapshot.device_nodes.nodes)
                                         : not_applicable("no driver is installed");
  const DeviceNode* control = main_node(snapshot);
  if (!control && card_nodes(snapshot).empty()) return not_applicable("there are no device nodes");
  std::vector<const DeviceNode*> refused = refused_nodes(snapshot);
  if (refused.empty() && control && control->open_error.is_unknown())
    return cannot_tell("whether the device nodes can be opened", control->open_error);
  if (refused.empty()) return passes();
  bool in_job = is_platform(snapshot, "slurm") || snapshot.platform.slurm_job.is_known();
  if (in_job && snapshot.platform.slurm_gpus.is_absent()) return not_applicable("the batch job was given no GPU");

  Finding finding;
  finding.headline = "this user may not open the device files of the NVIDIA driver";
  for (const DeviceNode* node : refused)
    prove(finding,
          fmt::format("{}   {}   {}", node->path, mode_words(*node),
                      node->open_error.is(13) ? "permission denied" : "operation not permitted"),
          node->open_error.evidence());
  if (finding.details.size() > 4) finding.details.resize(4);
  std::string groups = snapshot.host.groups.is_known() ? fmt::format("{}", fmt::join(*snapshot.host.groups, ", ")) : "not known";
  finding.details.push_back(fmt::format("this process runs as user {} with the groups {}",
                                        snapshot.host.uid.is_known() ? std::to_string(*snapshot.host.uid) : "(not known)", groups));
  prove_codes(snapshot, finding);
  finding.remedies = {allow_nodes(snapshot, refused)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::device_permission_denied
