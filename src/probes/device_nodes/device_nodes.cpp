#include "probes/device_nodes/device_nodes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "formats/procfs/procfs.h"
#include "probes/device_nodes/setuid.h"
#include "probes/host/access.h"

namespace gpuwhy {
namespace {

using namespace probes;

constexpr std::size_t most_nodes = 4096;

// Folders of NVIDIA's nodes below /dev; they are no nodes themselves.
bool is_node_folder(std::string_view name) { return name == "nvidia-caps" || name == "nvidia-caps-imex-channels"; }

bool is_top_level_node(std::string_view name) {
  if (name == "dxg") return true;
  constexpr std::array<std::string_view, 3> jetson = {"nvmap", "nvhost-gpu", "nvhost-ctrl-gpu"};
  if (std::ranges::find(jetson, name) != jetson.end()) return true;
  if (!name.starts_with("nvidia")) return false;
  std::string_view rest = name.substr(6);
  return rest == "ctl" || is_digits(rest) || (rest.starts_with('-') && !is_node_folder(name));
}

std::string_view words(FileKind kind) {
  switch (kind) {
    case FileKind::character_device:
      return "character device";
    case FileKind::regular:
      return "regular file";
    case FileKind::directory:
      return "folder";
    case FileKind::symlink:
    case FileKind::block_device:
    case FileKind::other:
      break;
  }
  return "other";
}

class Collector {
 public:
  Collector(Machine& machine, Snapshot& snapshot) : machine_(machine), snapshot_(snapshot) {}

  // Missing folders are normal: most machines have neither MIG nor a Tegra.
  void collect_folder(const std::string& folder) {
    auto names = machine_.list(folder);
    if (!names) {
      bool no_folder = is_missing(names.error()) || names.error().problem == AccessProblem::not_a_directory;
      if (!no_folder) note_failure(folder, names.error());
      return;
    }
    for (const std::string& name : *names) collect(folder + "/" + name);
  }

  void collect(const std::string& path) {
    if (nodes_.size() >= most_nodes) return;
    auto info = machine_.stat(path);
    // A link that leads nowhere is seen by nobody who opens it, but it was put there: shown as "other".
    if (!info && is_missing(info.error())) info = machine_.lstat(path);
    if (!info) {
      if (!is_missing(info.error())) note_failure(path, info.error());
      return;
    }
    nodes_.push_back({path, std::string(words(info->kind)), info->device_major, info->device_minor, info->mode, info->uid, info->gid, {}});
  }

  Fact<std::vector<DeviceNode>> finish() {
    if (failure_) return *failure_;
    std::ranges::sort(nodes_, {}, &DeviceNode::path);
    Evidence evidence = evidence_at("/dev", std::to_string(nodes_.size()) + " nodes of NVIDIA");
    return Fact<std::vector<DeviceNode>>::known(std::move(nodes_), std::move(evidence));
  }

 private:
  // One node that could not be looked at leaves the list short: then "it is missing" would be a guess.
  void note_failure(const std::string& path, const AccessError& error) {
    if (!failure_) failure_ = failed<std::vector<DeviceNode>>(error, path);
    note_unread(snapshot_, "the device node " + path, why_of(error.problem), error.detail);
  }

  Machine& machine_;
  Snapshot& snapshot_;
  std::vector<DeviceNode> nodes_;
  std::optional<Fact<std::vector<DeviceNode>>> failure_;
};

Fact<std::vector<DeviceNode>> read_nodes(Machine& machine, Snapshot& snapshot) {
  auto names = machine.list("/dev");
  if (!names) {
    if (is_missing(names.error())) return not_probed<std::vector<DeviceNode>>("there is no /dev here", evidence_at("/dev"));
    note_unread(snapshot, "the device nodes", why_of(names.error().problem), names.error().detail);
    return failed<std::vector<DeviceNode>>(names.error(), "/dev");
  }
  Collector collector(machine, snapshot);
  for (const std::string& name : *names) {
    if (is_top_level_node(name)) collector.collect("/dev/" + name);
    if (is_node_folder(name)) collector.collect_folder("/dev/" + name);
  }
  collector.collect("/dev/nvgpu/igpu0");
  return collector.finish();
}

Fact<std::map<std::string, std::int64_t>> read_majors(Machine& machine) {
  using Majors = std::map<std::string, std::int64_t>;
  const std::string path = "/proc/devices";
  auto text = machine.read(path);
  if (!text) {
    if (is_missing(text.error())) return not_probed<Majors>(path + " is not shown here", evidence_at(path));
    return failed<Majors>(text.error(), path);
  }
  auto majors = procfs::parse_character_majors(*text);
  if (!majors) return malformed<Majors>(path, *text);
  std::erase_if(*majors, [](const auto& entry) { return !entry.first.starts_with("nvidia"); });
  std::string found;
  for (const auto& [name, major] : *majors) found += std::to_string(major) + " " + name + "\n";
  return Fact<Majors>::known(std::move(*majors), evidence_at(path, found));
}

}  // namespace

void probe_device_nodes(Machine& machine, Snapshot& snapshot) {
  DeviceNodes& section = snapshot.device_nodes;
  if (machine.basis() == Machine::Basis::root_folder) {
    section.nodes = not_probed<std::vector<DeviceNode>>(no_running_kernel);
    section.majors = not_probed<std::map<std::string, std::int64_t>>(no_running_kernel);
    section.modprobe_setuid = not_probed<bool>(no_running_kernel);
    return;
  }
  section.nodes = read_nodes(machine, snapshot);
  section.majors = read_majors(machine);
  note_if_unread(snapshot, "the major numbers of devices", section.majors);
  section.modprobe_setuid = find_setuid_modprobe(machine);
  note_if_unread(snapshot, "nvidia-modprobe", section.modprobe_setuid);
}

}  // namespace gpuwhy
