#include "probes/platform/platform.h"

#include <array>
#include <optional>

#include "base/path.h"
#include "base/text.h"
#include "probes/host/access.h"
#include "probes/platform/container.h"
#include "probes/platform/place.h"

namespace gpuwhy {
namespace {

using namespace probes;

using Text = Fact<std::string>;

Text from_variable(Machine& machine, std::string_view name, std::string value) {
  return Text::known(std::move(value), evidence_in_environment(std::string(name), machine.variable(name)));
}

std::optional<Text> find_tpu(Machine& machine) {
  for (const char* name : {"TPU_ACCELERATOR_TYPE", "COLAB_TPU_ADDR", "ISTPUVM"})
    if (!machine.variable(name).empty()) return from_variable(machine, name, "tpu");
  if (machine.variable("COLAB_IMAGE_TYPE") == "tpu") return from_variable(machine, "COLAB_IMAGE_TYPE", "tpu");
  return std::nullopt;
}

// COLAB_GPU is set on every runtime: "1" with a GPU, empty without. COLAB_IMAGE_TYPE came in 2026 and names the image.
Text colab_accelerator(Machine& machine) {
  if (auto tpu = find_tpu(machine)) return *tpu;
  if (machine.has_variable("COLAB_GPU")) {
    std::string value = machine.variable("COLAB_GPU");
    return from_variable(machine, "COLAB_GPU", value.empty() || value == "0" ? "cpu" : "gpu");
  }
  std::string image = machine.variable("COLAB_IMAGE_TYPE");
  if (image == "gpu" || image == "cpu") return from_variable(machine, "COLAB_IMAGE_TYPE", image);
  return Text::absent({Source::env, "COLAB_GPU", {}});
}

// Kaggle has one image for sessions with a GPU and one for those without; both inherit Colab's variables.
Text kaggle_accelerator(Machine& machine) {
  if (auto tpu = find_tpu(machine)) return *tpu;
  std::string image = machine.variable("KAGGLE_DOCKER_IMAGE");
  if (image.contains("kaggle-gpu-images/")) return from_variable(machine, "KAGGLE_DOCKER_IMAGE", "gpu");
  if (image.contains("kaggle-images/")) return from_variable(machine, "KAGGLE_DOCKER_IMAGE", "cpu");
  std::string type = machine.variable("COLAB_IMAGE_TYPE");
  if (type == "gpu" || type == "cpu") return from_variable(machine, "COLAB_IMAGE_TYPE", type);
  return Text::absent({Source::env, "KAGGLE_DOCKER_IMAGE", {}});
}

Text find_accelerator(Machine& machine, std::string_view kind) {
  if (kind == "kaggle") return kaggle_accelerator(machine);
  if (kind == "colab") return colab_accelerator(machine);
  return Text::absent();
}

Text find_slurm_job(Machine& machine) {
  for (const char* name : {"SLURM_JOB_ID", "SLURM_JOBID"})
    if (!machine.variable(name).empty()) return from_variable(machine, name, machine.variable(name));
  return Text::absent({Source::env, "SLURM_JOB_ID", {}});
}

// A number of GPUs or a list of their ids: "0" is one GPU in a list of ids and none as a number.
Text find_slurm_gpus(Machine& machine) {
  for (const char* name : {"SLURM_GPUS_ON_NODE", "SLURM_STEP_GPUS", "SLURM_JOB_GPUS"}) {
    std::string value = machine.variable(name);
    bool none = value.empty() || (value == "0" && std::string_view(name) == "SLURM_GPUS_ON_NODE");
    if (!none) return from_variable(machine, name, value);
  }
  return Text::absent({Source::env, "SLURM_GPUS_ON_NODE", {}});
}

Fact<bool> find_slurm(Machine& machine) {
  std::optional<Fact<bool>> doubt;
  auto is_there = [&](const std::string& path) {
    auto info = machine.stat(path);
    if (!info && !is_missing(info.error()) && !doubt) doubt = failed<bool>(info.error(), path);
    return info.has_value();
  };
  for (const char* path : {"/etc/slurm/slurm.conf", "/etc/slurm-llnl", "/run/slurm"})
    if (is_there(path)) return Fact<bool>::known(true, evidence_at(path));
  constexpr std::size_t most_folders = 256;
  std::size_t looked = 0;
  const std::string search = machine.variable("PATH");
  for (std::string_view folder : split(search, ':')) {
    if (!folder.starts_with('/') || ++looked > most_folders) continue;
    for (const char* program : {"sinfo", "srun"}) {
      std::string path = path::join(folder, program);
      if (machine.exists(path)) return Fact<bool>::known(true, evidence_at(path));
    }
  }
  return doubt ? *doubt : Fact<bool>::known(false, {Source::env, "PATH", "no sinfo, no srun, no slurm.conf"});
}

// A pod is a container whether or not its engine left a mark.
Fact<bool> find_injected_driver(Machine& machine, const Text& container, std::string_view place) {
  if (container.is_absent() && place != "kubernetes") return Fact<bool>::known(false, container.evidence());
  if (machine.basis() == Machine::Basis::root_folder) return not_probed<bool>("a root folder has no mounts of its own");
  auto mounts = read_mounts(machine);
  if (mounts.is_absent()) return not_probed<bool>("/proc/self/mountinfo is not shown here", mounts.evidence());
  if (mounts.is_unknown()) return Fact<bool>::unknown(mounts.why(), mounts.detail(), mounts.evidence());
  std::vector<std::string> injected = find_injected(*mounts);
  return Fact<bool>::known(!injected.empty(), evidence_at("/proc/self/mountinfo", injected.empty() ? "" : injected.front()));
}

// Who may refuse a device file to this process: the devices controller of version 1, or a program of version 2 in the one hierarchy.
// Lines of /proc/self/cgroup: "5:devices:/docker/3f2a", "0::/user.slice" (cgroups(7)).
Text find_cgroup(Machine& machine) {
  const std::string path = "/proc/self/cgroup";
  auto text = machine.read(path);
  if (!text)
    return is_missing(text.error()) ? not_probed<std::string>(path + " is not shown here") : failed<std::string>(text.error(), path);
  bool is_unified = false;
  for (std::string_view line : lines(*text)) {
    auto parts = split(line, ':');
    if (parts.size() < 3) continue;
    for (std::string_view controller : split(parts[1], ','))
      if (controller == "devices") return Text::known("v1", evidence_at(path, line));
    is_unified |= parts[0] == "0" && parts[1].empty();
  }
  return is_unified ? Text::known("v2", evidence_at(path, *text)) : Text::absent(evidence_at(path, *text));
}

// The snap of Docker keeps its images and containers in its own folder.
std::optional<Evidence> find_snap_docker(Machine& machine) {
  auto mounts = read_mounts(machine);
  if (!mounts.is_known()) return std::nullopt;
  constexpr std::string_view folder = "/var/snap/docker/";
  for (const procfs::Mount& mount : *mounts)
    if (mount.root.contains(folder) || (mount.mount_point == "/" && mount.super_options.contains(folder)))
      return evidence_at("/proc/self/mountinfo", folder);
  return std::nullopt;
}

Text most_specific_kind(Machine& machine, const Place& place, const Text& container) {
  if (!place.kind.empty()) return Text::known(place.kind, place.markers.front());
  if (machine.basis() == Machine::Basis::root_folder) return not_probed<std::string>("a root folder does not say where it runs");
  if (container.is_unknown()) return Text::unknown(container.why(), container.detail(), container.evidence());
  return Text::known(container.is_known() ? "container" : "bare", container.evidence());
}

std::string marker_text(const Evidence& marker) {
  if (marker.source == Source::env) return marker.locator + (marker.excerpt.empty() ? " is set and empty" : "=" + marker.excerpt);
  return marker.excerpt.empty() ? marker.locator : marker.locator + ": " + marker.excerpt;
}

}  // namespace

void probe_platform(Machine& machine, Snapshot& snapshot) {
  Platform& platform = snapshot.platform;
  platform.container = find_container(machine);
  note_if_unread(snapshot, "whether this is a container", platform.container);
  Place place = find_place(machine);
  platform.kind = most_specific_kind(machine, place, platform.container);
  for (const Evidence& marker : place.markers) platform.markers.push_back(marker_text(marker));
  if (platform.container.is_known()) platform.markers.push_back(marker_text(platform.container.evidence()));
  if (platform.container.is_known())
    if (auto snap = find_snap_docker(machine)) platform.markers.push_back(marker_text(*snap));
  platform.accelerator = find_accelerator(machine, place.kind);
  platform.slurm_job = find_slurm_job(machine);
  platform.slurm_gpus = find_slurm_gpus(machine);
  platform.slurm_installed = find_slurm(machine);
  platform.injected_driver = find_injected_driver(machine, platform.container, place.kind);
  platform.jetson = find_jetson_board(machine);
  platform.cgroup = find_cgroup(machine);
}

}  // namespace gpuwhy
