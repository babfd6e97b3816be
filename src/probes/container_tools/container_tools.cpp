#include "probes/container_tools/container_tools.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/path.h"
#include "formats/cdi/cdi.h"
#include "probes/container_tools/engine_settings.h"
#include "probes/host/access.h"

namespace gpuwhy {
namespace {

using namespace probes;

using Names = Fact<std::vector<std::string>>;

struct Mark {
  const char* path;
  const char* engine;
};

// Where the daemons themselves stand. The client `docker` and its socket prove no engine: both also stand in for one of another machine.
constexpr std::array<Mark, 12> marks = {{
    {"/usr/bin/dockerd", "docker"},
    {"/usr/sbin/dockerd", "docker"},
    {"/usr/local/bin/dockerd", "docker"},
    {"/snap/docker/current", "docker-snap"},
    {"/opt/docker-desktop", "docker-desktop"},
    {"/usr/bin/podman", "podman"},
    {"/usr/local/bin/podman", "podman"},
    {"/usr/bin/containerd", "containerd"},
    {"/usr/local/bin/containerd", "containerd"},
    {"/usr/bin/crio", "crio"},
    {"/usr/local/bin/crio", "crio"},
    {"/usr/sbin/crio", "crio"},
}};

constexpr std::array<const char*, 2> plugin_folders = {"/var/lib/kubelet/device-plugins",
                                                       "/var/snap/microk8s/common/var/lib/kubelet/device-plugins"};

constexpr std::size_t most_specifications = 64, most_paths = 4096;

bool holds(const std::vector<std::string>& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

// The names of the sockets; a folder that cannot be listed (it is root's alone) tells nothing of the node.
std::vector<std::string> list_plugins(Machine& machine, bool& is_listed) {
  std::vector<std::string> all;
  for (const char* folder : plugin_folders) {
    auto names = machine.list(folder);
    if (!names) continue;
    is_listed |= holds(*names, "kubelet.sock");
    all.insert(all.end(), names->begin(), names->end());
  }
  return all;
}

Names find_engines(Machine& machine, bool has_kubelet) {
  std::vector<std::string> engines;
  std::string found;
  for (const Mark& mark : marks) {
    auto there = look_for(machine, mark.path);
    if (!there) return failed<std::vector<std::string>>(there.error(), mark.path);
    if (!*there || holds(engines, mark.engine)) continue;
    engines.emplace_back(mark.engine);
    found += (found.empty() ? "" : ", ") + std::string(mark.path);
  }
  if (has_kubelet) engines.emplace_back("kubelet");
  return Names::known(std::move(engines), evidence_at(found.empty() ? marks[0].path : found));
}

struct Registered {
  std::vector<std::string> engines;
  Fact<bool> doubt = Fact<bool>::absent();
  Evidence evidence;
};

void register_if(Registered& registered, const char* engine, const Fact<bool>& answer) {
  if (answer.is_unknown()) registered.doubt = answer;
  if (answer.is_known() && registered.evidence.locator.empty()) registered.evidence = answer.evidence();
  if (!answer.is(true)) return;
  registered.engines.emplace_back(engine);
  registered.evidence = answer.evidence();
}

Fact<bool> of_docker(const Fact<DockerSettings>& settings) {
  if (settings.is_unknown()) return Fact<bool>::unknown(settings.why(), settings.detail(), settings.evidence());
  if (settings.is_absent()) return Fact<bool>::known(false, settings.evidence());
  return Fact<bool>::known(settings->has_nvidia_runtime, settings.evidence());
}

Names find_runtimes(Machine& machine, const std::vector<std::string>& engines, const Fact<DockerSettings>& docker,
                    const std::vector<std::string>& plugins) {
  Registered registered;
  if (holds(engines, "docker")) register_if(registered, "docker", of_docker(docker));
  if (holds(engines, "docker-snap"))
    register_if(registered, "docker-snap", of_docker(read_docker_settings(machine, "/var/snap/docker/current/config/daemon.json")));
  if (holds(engines, "containerd"))
    register_if(registered, "containerd",
                has_nvidia_runtime(machine, {"/etc/containerd/config.toml"}, {"/etc/containerd/conf.d", "/etc/containerd/config.d"}));
  if (holds(engines, "crio"))
    register_if(registered, "crio", has_nvidia_runtime(machine, {"/etc/crio/crio.conf"}, {"/etc/crio/crio.conf.d"}));
  if (holds(engines, "podman")) {
    const std::string hook = "/usr/share/containers/oci/hooks.d/oci-nvidia-hook.json";
    auto there = look_for(machine, hook);
    register_if(registered, "podman", there ? Fact<bool>::known(*there, evidence_at(hook)) : failed<bool>(there.error(), hook));
  }
  if (holds(engines, "kubelet")) {
    bool has_plugin = std::ranges::any_of(plugins, [](const std::string& name) { return name.starts_with("nvidia"); });
    register_if(registered, "kubelet", Fact<bool>::known(has_plugin, evidence_at(plugin_folders[0])));
  }
  if (registered.doubt.is_unknown()) return Names::unknown(registered.doubt.why(), registered.doubt.detail(), registered.doubt.evidence());
  return Names::known(std::move(registered.engines), registered.evidence);
}

bool is_specification(std::string_view name) { return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json"); }

CdiSpec read_specification(Machine& machine, const std::string& path) {
  CdiSpec spec;
  spec.path = path;
  auto text = machine.read(path, 4 << 20);
  if (!text) {
    spec.problem = text.error().problem == AccessProblem::denied ? "this user may not read it" : printable(text.error().detail);
    return spec;
  }
  cdi::Specification found = cdi::parse_specification(*text);
  spec.kind = std::move(found.kind);
  spec.devices = std::move(found.devices);
  spec.driver_version = std::move(found.driver_version);
  spec.problem = std::move(found.problem);
  std::size_t looked = 0;
  for (const std::vector<std::string>* list : {&found.nodes, &found.files})
    for (const std::string& host : *list) {
      if (++looked > most_paths || !host.starts_with('/')) continue;
      auto info = machine.lstat(host);
      if (!info && (is_missing(info.error()) || info.error().problem == AccessProblem::not_a_directory)) spec.missing.push_back(host);
    }
  // CUDA asks for it in every context; specifications written before the node was made lack it.
  bool is_plain = holds(found.nodes, "/dev/nvidiactl");
  if (spec.problem.empty() && is_plain && !holds(found.nodes, "/dev/nvidia-uvm"))
    spec.problem = "it hands out no /dev/nvidia-uvm, which CUDA needs";
  return spec;
}

Fact<std::vector<CdiSpec>> find_specifications(Machine& machine) {
  std::vector<CdiSpec> specs;
  Evidence evidence;
  std::string real;
  for (const char* folder : {"/etc/cdi", "/var/run/cdi", "/run/cdi"}) {
    auto names = machine.list(folder);
    if (!names && is_missing(names.error())) continue;
    if (!names) return failed<std::vector<CdiSpec>>(names.error(), folder);
    auto target = machine.real_path(folder);
    if (target && *target == real) continue;  // /var/run leads to /run
    if (target) real = *target;
    for (const std::string& name : *names) {
      if (!is_specification(name) || specs.size() >= most_specifications) continue;
      CdiSpec spec = read_specification(machine, path::join(folder, name));
      // What cannot be read is NVIDIA's by its file's name alone; those of other makers are not judged.
      bool is_nvidia = spec.kind.empty() ? name.contains("nvidia") : spec.kind.starts_with("nvidia.com/");
      if (!is_nvidia) continue;
      if (evidence.locator.empty()) evidence = evidence_at(spec.path, spec.kind);
      specs.push_back(std::move(spec));
    }
  }
  if (specs.empty()) return Fact<std::vector<CdiSpec>>::absent(evidence_at("/etc/cdi"));
  return Fact<std::vector<CdiSpec>>::known(std::move(specs), std::move(evidence));
}

}  // namespace

void probe_container_tools(Machine& machine, Snapshot& snapshot) {
  ContainerTools& tools = snapshot.container_tools;
  bool has_kubelet = false;
  std::vector<std::string> plugins = list_plugins(machine, has_kubelet);
  tools.engines = find_engines(machine, has_kubelet);
  tools.toolkit_version = find_toolkit_version(machine);
  tools.no_cgroups = read_no_cgroups(machine);
  tools.cdi = find_specifications(machine);

  Fact<DockerSettings> docker = read_docker_settings(machine, "/etc/docker/daemon.json");
  if (tools.engines.is_known()) tools.nvidia_runtimes = find_runtimes(machine, *tools.engines, docker, plugins);
  if (docker.is_unknown()) {
    tools.default_runtime = Fact<std::string>::unknown(docker.why(), docker.detail(), docker.evidence());
    tools.cgroupfs_driver = Fact<bool>::unknown(docker.why(), docker.detail(), docker.evidence());
  } else if (docker.is_absent()) {
    tools.default_runtime = Fact<std::string>::absent(docker.evidence());
    tools.cgroupfs_driver = Fact<bool>::absent(docker.evidence());
  } else {
    tools.default_runtime = docker->default_runtime.empty() ? Fact<std::string>::absent(docker.evidence())
                                                            : Fact<std::string>::known(docker->default_runtime, docker.evidence());
    tools.cgroupfs_driver = Fact<bool>::known(docker->cgroupfs_driver, docker.evidence());
  }
}

}  // namespace gpuwhy
