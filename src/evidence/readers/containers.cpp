// Container engines and NVIDIA's toolkit: what `docker info`, daemon.json, config.toml, a CDI specification, a compose file and the
// toolkit's own lines tell.
#include <algorithm>

#include "base/text.h"
#include "base/version.h"
#include "evidence/readers/readers.h"
#include "evidence/readers/typed.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 4000;

std::string_view line_of(std::span<const Line> lines, std::size_t i) { return std::string_view(lines[i].text).substr(0, longest_line); }

// What stands behind "Label:" at the beginning of a line.
std::string_view value_behind(std::string_view text, std::string_view label) {
  text = trim(text);
  return text.starts_with(label) ? trim(text.substr(label.size())) : std::string_view{};
}

std::string version_behind(std::string_view text, std::string_view lead) {
  std::size_t at = text.find(lead);
  if (at == std::string_view::npos) return "";
  std::string_view rest = text.substr(at + lead.size());
  std::size_t begin = rest.find_first_not_of(" \t:=v");
  if (begin == std::string_view::npos || begin > 40) return "";
  rest = rest.substr(begin);
  std::string_view digits = rest.substr(0, rest.find_first_not_of("0123456789."));
  while (digits.ends_with('.')) digits.remove_suffix(1);
  return digits.contains('.') ? std::string(digits) : "";
}

void read_docker_info(std::string_view text, std::size_t line, Clues& clues) {
  if (std::string_view value = value_behind(text, "Runtimes:"); !value.empty())
    clues.add("docker.runtime.nvidia", value.contains("nvidia") ? "registered" : "missing", line);
  if (std::string_view value = value_behind(text, "Default Runtime:"); !value.empty()) clues.add("docker.default-runtime", value, line);
  if (std::string_view value = value_behind(text, "Cgroup Driver:"); !value.empty()) clues.add("docker.cgroup-driver", value, line);
  bool desktop = value_behind(text, "Context:") == "desktop-linux" ||
                 value_behind(text, "Operating System:").starts_with("Docker Desktop") || text.contains("\"desktop-linux\"") ||
                 text.contains("desktop-linux *") || text.contains("/.docker/desktop/docker.sock") || text.contains("-linuxkit");
  if (desktop) clues.add("docker.engine", "desktop", line);
  if (text.contains("/var/snap/docker") || text.contains("/snap/docker/") || text.contains("/snap/bin/docker") ||
      text.contains("snap.docker.") || text.contains("snap install docker") ||
      (text.starts_with("docker ") && text.contains("latest/stable")))
    clues.add("docker.engine", "snap", line);
  // "Docker Rootless", "rootless mode": a person's own words. Rootless podman is an ordinary podman.
  std::string lower = to_lower(text.substr(0, 400));
  bool told = lower.contains("rootless") && lower.contains("docker") && !lower.contains("podman");
  if (told || text.contains("docker-rootless") || text.contains("/.local/share/docker") ||
      (text.contains("/run/user/") && text.contains("/docker.sock")))
    clues.add("docker.engine", "rootless", line);
}

// Both files' settings are known by their names alone, however the file was printed.
void read_settings(std::string_view text, std::size_t line, Clues& clues) {
  std::string_view bare = trim(text);
  if (bare.starts_with("no-cgroups") || bare.starts_with("nvidia-container-cli.no-cgroups")) {
    std::string_view value = trim(bare.substr(std::min(bare.find_first_of("= "), bare.size())));
    while (value.starts_with('=') || value.starts_with(' ')) value.remove_prefix(1);
    if (value.starts_with("true") || value.starts_with("false"))
      clues.add("toolkit.no-cgroups", value.starts_with("true") ? "true" : "false", line);
  }
  if (bare.contains("\"default-runtime\"")) clues.add("docker.default-runtime", bare.contains("nvidia") ? "nvidia" : "other", line);
  if (bare.contains("native.cgroupdriver=")) clues.add("docker.cgroup-driver", bare.contains("=cgroupfs") ? "cgroupfs" : "systemd", line);
  if (bare.contains("nvidia-container-runtime") && bare.contains("\"path\"")) clues.add("docker.daemon-json.nvidia", "yes", line);
  for (std::string_view lead : {"NVIDIA Container Runtime Hook version", "NVIDIA Container Toolkit CLI version",
                                "NVIDIA Container Runtime version", "cli-version", "initializing library context (version",
                                "ii  nvidia-container-toolkit ", "ii  libnvidia-container1:amd64 ", "nvidia-container-toolkit-base "})
    if (std::string version = version_behind(text, lead); !version.empty()) clues.add("toolkit.version", version, line);
}

// A CDI specification that was printed: which device nodes and which driver's libraries it hands out.
struct Specification {
  std::size_t line = 0, nodes = 0;
  bool seen = false, uvm = false;
  std::string driver;

  void read(std::string_view text, std::size_t i) {
    std::string_view bare = trim(text);
    if (bare.starts_with("cdiVersion") || bare.starts_with("\"cdiVersion\"")) line = i, seen = true;
    if (!seen) return;
    if (bare.contains("path:") && bare.contains("/dev/nvidia")) ++nodes;
    uvm |= bare.contains("/dev/nvidia-uvm");
    for (std::string_view library : {"libcuda.so.", "libnvidia-ml.so."})
      if (std::size_t at = bare.find(library);
          at != std::string_view::npos && bare.substr(at + library.size()).find('.') != std::string_view::npos)
        driver = version_behind(bare, library);
  }
  void tell(Clues& clues) const {
    if (!seen) return;
    clues.add("cdi.spec", "yes", line);
    if (nodes > 0) clues.add("cdi.uvm", uvm ? "yes" : "no", line);
    const Clue* loaded = clues.first("driver");
    if (driver.empty()) return;
    clues.add("cdi.driver", driver, line);
    if (loaded && version(loaded->value) != version(driver)) clues.add("pair.cdi-driver-differs", "yes", line);
  }
};

// A compose file: whether its services ask for a GPU.
struct Compose {
  std::size_t line = 0;
  bool services = false, image = false, gpu = false;

  void read(std::string_view text, std::size_t i) {
    std::string_view bare = trim(text);
    if (bare == "services:") services = true, line = i;
    if (!services) return;
    image |= bare.starts_with("image:") || bare.starts_with("build:");
    gpu |= bare == "runtime: nvidia" || bare.starts_with("gpus:") || bare.contains("nvidia.com/gpu") || bare.contains("driver: nvidia") ||
           (bare.contains("capabilities:") && bare.contains("gpu")) || bare == "- gpu" || bare.starts_with("- driver: cdi") ||
           bare.contains("/dev/nvidia");
  }
  void tell(Clues& clues) const {
    if (services && image) clues.add("docker.gpus", gpu ? "yes" : "no", line);
  }
};

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.contains(word); });
}

// NVML answers "Unknown Error" in a container: did the GPU work there before, or never?
void read_lost(std::span<const Line> lines, Clues& clues) {
  std::size_t refused = lines.size();
  for (std::size_t i = 0; i < lines.size() && refused == lines.size(); ++i)
    if (line_of(lines, i).contains("Failed to initialize NVML: Unknown Error")) refused = i;
  if (refused == lines.size()) return;
  std::string prompt_of_table;
  for (const Typed& typed : find_all_typed(lines)) {
    bool asks = typed.text.contains("nvidia-smi");
    bool inside = typed.prompt.contains('@') && clues.has("prompt.container", typed.prompt.substr(0, typed.prompt.find(':')));
    if (typed.text.contains("daemon-reload")) clues.add("nvml.lost", "yes", typed.line);
    bool fresh = typed.text.contains("docker run ") || typed.text.contains("podman run ") || typed.text.contains("nvidia-docker run ");
    if (asks && fresh && typed.last_line + 1 == refused) clues.add("nvml.fresh", "yes", refused);
    if (!asks || !inside) continue;
    std::size_t answer = typed.last_line + 1;
    if (answer < refused && !prompt_of_table.empty()) continue;
    if (answer < refused) prompt_of_table = typed.prompt.substr(0, typed.prompt.find(':'));
    else if (!prompt_of_table.empty() && typed.prompt.starts_with(prompt_of_table)) clues.add("nvml.lost", "yes", refused);
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string lower = to_lower(line_of(lines, i).substr(0, 600));
    if (has_any(lower, {"daemon-reload", "daemon reload", "systemd[1]: reloading", "after a while", "after some time",
                        "after several hours", "after a few hours", "after a few days", "after a few minutes", "random amount of time",
                        "stopped working", "stops working", "loses access", "lost access", "losing access", "worked before", "was working",
                        "works fine at first", "works initially"}))
      clues.add("nvml.lost", "yes", i);
  }
}

// Names of virtual GPUs end in their profile: 48A serves applications and cannot compute, 16Q and 16C can.
void read_profiles(Clues& clues) {
  std::vector<std::pair<std::string, std::size_t>> found;
  for (const Clue* gpu : clues.all("gpu")) {
    std::size_t dash = gpu->value.rfind('-');
    if (dash == std::string::npos || dash + 2 >= gpu->value.size()) continue;
    char kind = gpu->value.back();
    bool sized = is_digits(std::string_view(gpu->value).substr(dash + 1, gpu->value.size() - dash - 2));
    if (sized && (kind == 'A' || kind == 'B' || kind == 'C' || kind == 'Q')) found.emplace_back(std::string(1, kind), gpu->line);
  }
  for (const auto& [kind, line] : found) clues.add("vgpu.profile", kind, line);
}

}  // namespace

void read_containers(std::span<const Line> lines, Clues& clues) {
  Specification specification;
  Compose compose;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = line_of(lines, i);
    read_docker_info(text, i, clues);
    read_settings(text, i, clues);
    specification.read(text, i);
    compose.read(text, i);
  }
  specification.tell(clues);
  compose.tell(clues);
  read_lost(lines, clues);
  read_profiles(clues);
}

}  // namespace gpuwhy
