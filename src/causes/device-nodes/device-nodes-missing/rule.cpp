#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/jetson.h"

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

// JAX with a CUDA plugin looks for these files before it tries CUDA, and lists the CPU without a word where there is none.
const FrameworkBuild* find_build_that_looks(const Snapshot& snapshot) {
  for (const PythonEnvironment& environment : snapshot.environments)
    for (const FrameworkBuild& build : environment.frameworks)
      if (environment.active && build.framework == FrameworkKind::jax && build.accelerator.is(Accelerator::cuda)) return &build;
  return nullptr;
}

bool lacks_all_that_jax_looks_for(const Snapshot& snapshot) {
  if (!snapshot.device_nodes.nodes.is_known() || snapshot.meta.basis == "root") return false;
  for (std::string_view path : {"/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg"})
    if (find_node(snapshot, path)) return false;
  return true;
}

// The driver answers without them (its nodes have other names here, or another library stands for it), and JAX does not ask it.
Verdict missing_for_jax(const Snapshot& snapshot, const FrameworkBuild& build) {
  Finding finding;
  finding.headline = fmt::format("{} finds none of the device files that it looks for, and lists only the CPU", title_of(build));
  for (const char* path : {"/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg"})
    prove(finding, fmt::format("{} is not there", path), {Source::file, path, "not there"});
  finding.details.push_back("the CUDA driver reaches a GPU all the same; JAX does not come so far, and prints nothing");
  prove_codes(snapshot, finding);
  finding.remedies = {in_container(snapshot)
                          ? checked(remedies::steps("start the container again with the GPU handed to it",
                                                    {"docker run --gpus all ...; the engine puts /dev/nvidia0 and /dev/nvidiactl into it"},
                                                    Safety::show_only, "start it as before"))
                          : create_nodes(snapshot)};
  return fires(std::move(finding));
}

// A board whose GPU has device files of other names, which come with the modules nvmap and nvgpu.
Verdict missing_on_jetson(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  if (snapshot.device_nodes.nodes.is_unknown()) return cannot_tell("the device nodes", snapshot.device_nodes.nodes);
  std::vector<std::string> missing = missing_tegra_nodes(snapshot);
  if (missing.empty()) return passes();
  Finding finding;
  finding.headline = fmt::format("the device file{} of this board's GPU {} missing: {}", missing.size() == 1 ? "" : "s",
                                 missing.size() == 1 ? "is" : "are", fmt::join(missing, ", "));
  if (snapshot.platform.jetson.is_known())
    prove(finding, fmt::format("the board: {}", *snapshot.platform.jetson), snapshot.platform.jetson.evidence());
  for (const std::string& path : missing) prove(finding, fmt::format("{} is not there", path), {Source::file, path, "not there"});
  prove_codes(snapshot, finding);
  finding.confidence = init_code(snapshot).value_or(0) != 0 ? Confidence::certain : Confidence::likely;
  finding.remedies = {bring_tegra_nodes(snapshot)};
  return fires(std::move(finding));
}

}  // namespace

// The kernel module is loaded, /dev does not show its nodes, and nothing will make them for this user.
Verdict check(const Snapshot& snapshot) {
  const FrameworkBuild* looks = find_build_that_looks(snapshot);
  if (looks && driver_reaches_gpu(snapshot) && lacks_all_that_jax_looks_for(snapshot)) return missing_for_jax(snapshot, *looks);
  if (has_tegra_gpu(snapshot)) return missing_on_jetson(snapshot);
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
  // Root makes them at the first use, where it may: a driver that says "no device" or fails all the same was not helped by that.
  std::optional<std::int64_t> code = init_code(snapshot);
  bool fails_without = code == 100 || code == 999;
  if (by_themselves.is(true) && !fails_without) return passes();

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
  if (by_themselves.is(true))
    finding.details.push_back("root's first CUDA program may create them; gpuwhy asks the driver without that right, to change nothing");
  else prove(finding, "no set-uid nvidia-modprobe works here, so no program of an ordinary user creates them", by_themselves.evidence());
  prove_codes(snapshot, finding);
  finding.confidence = code.value_or(0) != 0 && !by_themselves.is(true) ? Confidence::certain : Confidence::likely;
  finding.remedies = {create_nodes(snapshot)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::device_nodes_missing
