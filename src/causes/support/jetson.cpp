#include "causes/support/jetson.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "causes/support/driver_faults.h"
#include "causes/support/questions.h"
#include "causes/support/remedies.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

constexpr std::string_view memory_node = "/dev/nvmap";
// Of L4T up to 35, and of newer releases.
constexpr std::array<std::string_view, 3> gpu_nodes = {"/dev/nvhost-gpu", "/dev/nvhost-ctrl-gpu", "/dev/nvgpu/igpu0"};

}  // namespace

bool is_jetson(const Snapshot& snapshot) { return snapshot.platform.jetson.is_known() || is_platform(snapshot, "jetson"); }

bool has_tegra_gpu(const Snapshot& snapshot) { return is_jetson(snapshot) && nvidia_functions(snapshot).empty(); }

std::vector<const DeviceNode*> tegra_nodes(const Snapshot& snapshot) {
  std::vector<const DeviceNode*> found;
  if (const DeviceNode* node = find_node(snapshot, memory_node)) found.push_back(node);
  for (std::string_view path : gpu_nodes)
    if (const DeviceNode* node = find_node(snapshot, path)) found.push_back(node);
  return found;
}

std::vector<std::string> missing_tegra_nodes(const Snapshot& snapshot) {
  std::vector<std::string> missing;
  if (!find_node(snapshot, memory_node)) missing.emplace_back(memory_node);
  bool any = std::ranges::any_of(gpu_nodes, [&](std::string_view path) { return find_node(snapshot, path) != nullptr; });
  if (!any) missing.emplace_back(gpu_nodes.front());
  return missing;
}

Remedy bring_tegra_nodes(const Snapshot& snapshot) {
  if (in_container(snapshot))
    return checked(remedies::steps("start the container with NVIDIA's runtime",
                                   {"docker run --runtime nvidia ...: on a Jetson it hands in the device files and the driver's libraries"},
                                   Safety::show_only, "start it as before"));
  Remedy remedy = remedies::load_modules("load the modules of the Jetson's GPU", {"nvmap", "nvgpu"});
  remedy.steps.push_back("a kernel of your own needs NVIDIA's modules of the same release of Jetson Linux beside it");
  remedy.steps.push_back(
      "after an upgrade that broke off: sudo apt-get install --reinstall nvidia-l4t-kernel nvidia-l4t-core, then reboot");
  remedy.effects = {{Effect::Kind::nodes_open, "", "", ""}, remedies::working_driver()};
  return checked(std::move(remedy));
}

Remedy use_build_for_jetson(FrameworkKind framework) {
  std::string name(display_name(framework));
  std::vector<std::string> lines = {fmt::format(
      "take NVIDIA's wheel of {} for the release of JetPack on this board (`cat /etc/nv_tegra_release` tells it); pip's own wheels "
      "for this processor are made for servers",
      name)};
  if (framework == FrameworkKind::torch) {
    lines.emplace_back("NVIDIA lists them in its forum under \"PyTorch for Jetson\"");
    lines.emplace_back("or its container: docker run --runtime nvidia -it nvcr.io/nvidia/pytorch:TAG-igpu");
  }
  return remedies::steps(fmt::format("install a build of {} for Jetson", name), std::move(lines), Safety::show_only,
                         "install the former package again");
}

}  // namespace gpuwhy
