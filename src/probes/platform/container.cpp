#include "probes/platform/container.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/path.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

struct Mark {
  std::string_view what, engine;
};

constexpr std::array<Mark, 4> apptainer_variables = {{
    {"APPTAINER_CONTAINER", "apptainer"},
    {"APPTAINER_NAME", "apptainer"},
    {"SINGULARITY_CONTAINER", "apptainer"},
    {"SINGULARITY_NAME", "apptainer"},
}};

constexpr std::array<Mark, 4> files = {{
    {"/.singularity.d", "apptainer"},
    {"/run/.containerenv", "podman"},
    {"/.dockerenv", "docker"},
    {"/dev/lxd", "lxc"},
}};

// What engines write into the variable `container` and into the files of systemd. "wsl" is no container.
constexpr std::array<Mark, 13> engine_names = {{
    {"docker", "docker"},
    {"podman", "podman"},
    {"containerd", "containerd"},
    {"lxc", "lxc"},
    {"lxc-libvirt", "lxc"},
    {"apptainer", "apptainer"},
    {"singularity", "apptainer"},
    {"oci", "other"},
    {"systemd-nspawn", "other"},
    {"openvz", "other"},
    {"rkt", "other"},
    {"pouch", "other"},
    {"flatpak", "other"},
}};

// Parts of the paths in mountinfo and cgroup, the telling ones first. What ends in '*' must be followed by a container's id: a host may
// well have a service called docker-proxy.
constexpr std::array<Mark, 14> path_parts = {{
    {"/var/lib/kubelet/pods/", "containerd"},
    {"/kubepods", "containerd"},
    {"/containers/storage/overlay", "podman"},
    {"/libpod-*", "podman"},
    {"/var/lib/docker/", "docker"},
    {"/docker/containers/", "docker"},
    {"/overlay2/l/", "docker"},
    {"/docker/*", "docker"},
    {"/docker-*", "docker"},
    {"io.containerd.snapshotter", "containerd"},
    {"/cri-containerd-*", "containerd"},
    {"/crio-*", "other"},
    {"/lxc.payload", "lxc"},
    {"/lxc/", "lxc"},
}};

using Found = std::optional<Fact<std::string>>;

Found found(std::string_view engine, Evidence evidence) { return Fact<std::string>::known(std::string(engine), std::move(evidence)); }

std::optional<std::string_view> find_engine(std::string_view name) {
  for (const Mark& mark : engine_names)
    if (name == mark.what) return mark.engine;
  return std::nullopt;
}

bool begins_with_id(std::string_view text) {
  constexpr std::size_t shortest_id = 12;
  return text.size() >= shortest_id && text.substr(0, shortest_id).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Where the part begins in the text, npos when it does not fit.
std::size_t find_part(std::string_view text, std::string_view part) {
  if (!part.ends_with('*')) return text.find(part);
  part.remove_suffix(1);
  std::size_t at = text.find(part);
  while (at != std::string_view::npos && !begins_with_id(text.substr(at + part.size()))) at = text.find(part, at + 1);
  return at;
}

Found by_path(std::string_view text, const std::string& place) {
  for (const Mark& mark : path_parts) {
    std::size_t at = find_part(text, mark.what);
    if (at != std::string_view::npos) return found(mark.engine, evidence_at(place, text.substr(at, 60)));
  }
  return std::nullopt;
}

Found by_variables(Machine& machine) {
  for (const Mark& mark : apptainer_variables)
    if (machine.has_variable(mark.what)) return found(mark.engine, evidence_in_environment(std::string(mark.what), "set"));
  // A word that no engine uses is some program's own variable.
  std::string value = machine.variable("container");
  auto engine = find_engine(value);
  return engine ? found(*engine, evidence_in_environment("container", value)) : std::nullopt;
}

// Mounted over by every engine, whatever holds the root.
constexpr std::array<std::string_view, 3> engine_files = {"/etc/hostname", "/etc/hosts", "/etc/resolv.conf"};

// A virtual machine whose disk was made from a Docker image still has the file /.dockerenv. Its root is a whole disk, and nothing is
// mounted over the files that an engine supplies.
bool is_whole_machine(const Fact<std::vector<procfs::Mount>>& mounts) {
  if (!mounts.is_known()) return false;
  bool disk_root = false, engine_file = false;
  for (const procfs::Mount& mount : *mounts) {
    if (mount.mount_point == "/") disk_root = mount.root == "/" && mount.source.starts_with("/dev/");
    engine_file = engine_file || std::ranges::find(engine_files, mount.mount_point) != engine_files.end();
  }
  return disk_root && !engine_file;
}

Found by_files(Machine& machine, const Fact<std::vector<procfs::Mount>>& mounts) {
  for (const Mark& mark : files)
    if (!(mark.engine == "docker" && is_whole_machine(mounts)) && machine.lstat(std::string(mark.what)))
      return found(mark.engine, evidence_at(std::string(mark.what)));
  for (const char* path : {"/run/host/container-manager", "/run/systemd/container"})
    if (auto name = machine.read(path, 4096); name && trim(*name) != "wsl")
      return found(find_engine(trim(*name)).value_or("other"), evidence_at(path, *name));
  return std::nullopt;
}

// Only mounts that every container has are asked: the root itself and the files that engines mount over it. Elsewhere a host shows its own
// containers' mounts too.
Found by_mounts(const std::vector<procfs::Mount>& mounts) {
  for (const procfs::Mount& mount : mounts) {
    if (mount.mount_point != "/" && std::ranges::find(engine_files, mount.mount_point) == engine_files.end()) continue;
    if (auto engine = by_path(mount.root, "/proc/self/mountinfo")) return engine;
    if (mount.mount_point != "/" || mount.type != "overlay") continue;
    if (auto engine = by_path(mount.super_options, "/proc/self/mountinfo")) return engine;
  }
  return std::nullopt;
}

Fact<std::vector<std::string>> read_cgroups(Machine& machine) {
  const std::string path = "/proc/self/cgroup";
  auto text = machine.read(path);
  if (!text) return failed<std::vector<std::string>>(text.error(), path);
  return Fact<std::vector<std::string>>::known(procfs::parse_cgroup_paths(*text), evidence_at(path, *text));
}

bool is_driver_file(std::string_view name) {
  constexpr std::array<std::string_view, 9> starts = {"libcuda.so",          "libnvidia-",       "libcudadebugger.so",
                                                      "libnvcuvid.so",       "nvidia-smi",       "nvidia-modprobe",
                                                      "nvidia-persistenced", "nvidia-debugdump", "nvidia-cuda-mps-"};
  return std::ranges::any_of(starts, [&](std::string_view start) { return name.starts_with(start); });
}

bool is_injected(std::string_view mount_point) {
  // Folders: Colab, GKE and Kaggle, WSL containers, the NVIDIA toolkit's own view of /proc.
  constexpr std::array<std::string_view, 5> folders = {"/usr/lib64-nvidia", "/usr/local/nvidia", "/usr/lib/wsl", "/proc/driver/nvidia",
                                                       "/.singularity.d/libs"};
  bool folder = std::ranges::any_of(folders, [&](std::string_view f) { return path::is_inside(mount_point, f); });
  return folder || mount_point.starts_with("/dev/nvidia") || mount_point == "/dev/dxg" || is_driver_file(path::filename(mount_point));
}

}  // namespace

Fact<std::vector<procfs::Mount>> read_mounts(Machine& machine) {
  const std::string path = "/proc/self/mountinfo";
  auto text = machine.read(path, 16 << 20);
  if (!text) return failed<std::vector<procfs::Mount>>(text.error(), path);
  auto mounts = procfs::parse_mountinfo(*text);
  if (mounts.empty()) return malformed<std::vector<procfs::Mount>>(path, *text);
  return Fact<std::vector<procfs::Mount>>::known(std::move(mounts), evidence_at(path));
}

std::vector<std::string> find_injected(const std::vector<procfs::Mount>& mounts) {
  std::vector<std::string> found_points;
  for (const procfs::Mount& mount : mounts)
    if (is_injected(mount.mount_point)) found_points.push_back(mount.mount_point);
  return found_points;
}

Fact<std::string> find_container(Machine& machine) {
  if (machine.basis() == Machine::Basis::root_folder) return not_probed<std::string>("a root folder does not say where it runs");
  if (auto engine = by_variables(machine)) return *engine;
  auto mounts = read_mounts(machine);
  if (auto engine = by_files(machine, mounts)) return *engine;
  if (mounts.is_known())
    if (auto engine = by_mounts(*mounts)) return *engine;
  auto cgroups = read_cgroups(machine);
  if (cgroups.is_known())
    for (const std::string& group : *cgroups)
      if (auto engine = by_path(group, "/proc/self/cgroup")) return *engine;
  // Without marks, a look at the mounts or the groups is what makes "none" an answer.
  if (mounts.is_known() || cgroups.is_known())
    return Fact<std::string>::absent(mounts.is_known() ? mounts.evidence() : evidence_at("/proc/self/cgroup"));
  if (mounts.is_unknown()) return Fact<std::string>::unknown(mounts.why(), mounts.detail(), mounts.evidence());
  return not_probed<std::string>("/proc is not shown here, and nothing else tells", mounts.evidence());
}

}  // namespace gpuwhy::probes
