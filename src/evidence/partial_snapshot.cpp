#include "evidence/partial_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "facts/cards.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_excerpt = 300;
constexpr std::size_t most_log_lines = 200;

Evidence evidence_of(const Reading& reading, std::size_t line) {
  std::string excerpt = line < reading.lines.size() ? printable(trim(reading.lines[line].text), longest_excerpt) : "";
  return {Source::log, locator(reading, line), excerpt};
}

Fact<std::string> fact_of(const Reading& reading, std::string_view name) {
  const Clue* clue = reading.clues.first(name);
  if (!clue) return Fact<std::string>::unknown(Why::not_probed, "the text does not say");
  return Fact<std::string>::known(clue->value, evidence_of(reading, clue->line));
}

template <class T>
Fact<T> known(T value, const Reading& reading, const Clue& clue) {
  return Fact<T>::known(std::move(value), evidence_of(reading, clue.line));
}

const Clue* find_value(const Clues& clues, std::string_view name, std::string_view value) {
  for (const Clue* clue : clues.all(name))
    if (to_lower(clue->value) == value) return clue;
  return nullptr;
}

bool is_windows(const Clues& clues) { return clues.has("place", "windows") || clues.has("smi.driver-model"); }

// Windows drives the card there: what looks like a kernel module's version is not one.
bool has_own_module(const Clues& clues) { return !is_windows(clues) && !clues.has("place", "wsl") && !clues.has("place", "wsl1"); }

void fill_host(const Reading& reading, Snapshot& snapshot) {
  snapshot.host.kernel_release = fact_of(reading, "kernel");
  snapshot.host.os_name = fact_of(reading, "os.name");
  const Clue* name = reading.clues.first("os.name");
  if (!name) return;
  std::string first = to_lower(name->value.substr(0, name->value.find(' ')));
  for (std::string_view id : {"ubuntu", "debian", "fedora", "rocky", "almalinux", "centos", "arch", "manjaro", "alpine"})
    if (first == id) snapshot.host.os_id = known(first, reading, *name);
}

struct Place {
  std::string_view clue, kind, container;
};
// The narrower place first: a pod is a container too.
constexpr std::array<Place, 10> places = {{{"kubernetes", "kubernetes", ""},
                                           {"colab", "colab", ""},
                                           {"kaggle", "kaggle", ""},
                                           {"wsl1", "wsl1", ""},
                                           {"wsl", "wsl2", ""},
                                           {"docker", "container", "docker"},
                                           {"podman", "container", "podman"},
                                           {"apptainer", "container", "apptainer"},
                                           {"slurm", "slurm", ""},
                                           {"jetson", "jetson", ""}}};

void fill_place(const Reading& reading, Snapshot& snapshot) {
  for (const Place& place : places) {
    const Clue* clue = find_value(reading.clues, "place", place.clue);
    if (!clue) continue;
    if (!snapshot.platform.kind.is_known()) snapshot.platform.kind = known(std::string(place.kind), reading, *clue);
    if (!place.container.empty() && !snapshot.platform.container.is_known())
      snapshot.platform.container = known(std::string(place.container), reading, *clue);
  }
  const Clue* accelerator = reading.clues.first("notebook.accelerator");
  if (!accelerator || !snapshot.platform.kind.is_known()) return;
  std::string value = to_lower(accelerator->value);
  if (value == "gpu" || value == "tpu" || value == "none")
    snapshot.platform.accelerator = known(value == "none" ? std::string("cpu") : value, reading, *accelerator);
}

void fill_dkms(const Reading& reading, KernelModule& module) {
  // "find" and "ls" may show a part; what `dkms status` prints is the whole.
  std::vector<std::string> built;
  const Clue* at = nullptr;
  for (const Clue* clue : reading.clues.all("module.kernel")) {
    if (!reading.lines[clue->line].text.contains("installed")) continue;
    built.push_back(clue->value);
    at = clue;
  }
  const Clue* asked = nullptr;
  for (const Clue* clue : reading.clues.all("command"))
    if (clue->value.contains("dkms status")) asked = clue;
  const Clue* version = reading.clues.first("driver");
  if (at && asked) module.dkms = known(std::vector<DkmsState>{{"nvidia", version ? version->value : "", built}}, reading, *at);
}

void fill_module(const Reading& reading, Snapshot& snapshot) {
  const Clues& clues = reading.clues;
  KernelModule& module = snapshot.kernel_module;
  module.loaded_version = fact_of(reading, clues.has("driver.module") ? "driver.module" : "driver");
  if (!has_own_module(clues)) return;
  const Clue* works = clues.first("smi.works");
  const Clue* listed = find_value(clues, "module.loaded", "nvidia");
  if (const Clue* clue = listed ? listed : works) module.loaded = known(true, reading, *clue);
  const Clue* uvm = find_value(clues, "module.loaded", "nvidia-uvm");
  if (!uvm) uvm = find_value(clues, "module.loaded", "nvidia_uvm");
  if (uvm) module.uvm_loaded = known(true, reading, *uvm);
  module.loaded_flavour = fact_of(reading, "module.flavour");
  if (const Clue* clue = clues.first("secure-boot")) module.secure_boot = known(clue->value == "enabled", reading, *clue);
  std::vector<std::string> rivals;
  const Clue* rival = nullptr;
  for (std::string_view name : {"nouveau", "nova-core", "vfio-pci"})
    if (const Clue* clue = find_value(clues, "module.loaded", name))
      rivals.push_back(replace_all(std::string(name), "-", "_")), rival = clue;
  if (rival) module.rivals_loaded = known(rivals, reading, *rival);
  fill_dkms(reading, module);
}

// Lines of a kernel's log that some reader or phrase took for one.
void fill_kernel_log(const Reading& reading, Snapshot& snapshot) {
  std::vector<KernelLogLine> lines;
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < reading.lines.size() && lines.size() < most_log_lines; ++i) {
    std::string_view text = trim(reading.lines[i].text);
    std::size_t at = text.find("NVRM:");
    if (at == std::string_view::npos) continue;
    if (!first) first = i;
    lines.push_back({std::string(trim(text.substr(0, at))), std::string(text.substr(at))});
  }
  if (!first) return;
  snapshot.kernel_log.lines = Fact<std::vector<KernelLogLine>>::known(std::move(lines), evidence_of(reading, *first));
  snapshot.kernel_log.source = "the text";
}

// "crw-rw-rw- 1 root root 195, 0 Jan 1 10:00 /dev/nvidia0"
std::optional<DeviceNode> listed_node(std::string_view text, std::string_view path) {
  std::size_t at = text.find("crw");
  if (at == std::string_view::npos || text.size() < at + 10) return std::nullopt;
  DeviceNode node;
  node.path = path;
  node.kind = "character device";
  for (std::size_t i = 1; i <= 9; ++i)
    if (text[at + i] != '-') node.mode |= 1U << (9 - i);
  std::size_t comma = text.find(", ", at);
  if (comma == std::string_view::npos) return std::nullopt;
  std::size_t begin = text.find_last_of(" \t", comma);
  auto major = begin == std::string_view::npos ? std::nullopt : parse_int(text.substr(begin + 1, comma - begin - 1));
  std::string_view behind = trim(text.substr(comma + 2));
  auto minor = parse_int(behind.substr(0, behind.find(' ')));
  if (!major || !minor) return std::nullopt;
  node.major = *major, node.minor = *minor;
  return node;
}

// A list is the whole one only where the node of every kind stands in it: a text may show a part.
void fill_nodes(const Reading& reading, Snapshot& snapshot) {
  std::vector<DeviceNode> nodes;
  const Clue* at = nullptr;
  bool control = false, card = false, uvm = false;
  for (const Clue* clue : reading.clues.all("node")) {
    auto node = clue->line < reading.lines.size() ? listed_node(reading.lines[clue->line].text, clue->value) : std::nullopt;
    if (!node) continue;
    control |= clue->value == "/dev/nvidiactl";
    uvm |= clue->value == "/dev/nvidia-uvm";
    card |= clue->value == "/dev/nvidia0";
    nodes.push_back(std::move(*node));
    at = clue;
  }
  if (at && control && card && uvm) snapshot.device_nodes.nodes = known(std::move(nodes), reading, *at);
}

std::optional<std::int64_t> mode_number(std::string_view mode) {
  if (mode == "default") return 0;
  if (mode == "exclusive_thread") return 1;
  if (mode == "prohibited") return 2;
  if (mode == "exclusive_process") return 3;
  return std::nullopt;
}

// One clue smi.gpu: index;name;bus;used;total;mode;mig.
NvmlDevice card_of(const Reading& reading, const Clue& clue) {
  constexpr std::uint64_t mebibyte = 1 << 20;
  std::vector<std::string_view> parts = split(clue.value, ';');
  parts.resize(7);
  NvmlDevice card;
  card.name = parts[1];
  card.pci_address = parts[2];
  if (std::string_view capability = facts::capability_of_card(card.name); !capability.empty())
    card.compute_capability = known(std::string(capability), reading, clue);
  if (auto used = parse_int(parts[3])) card.memory_used = known(static_cast<std::uint64_t>(*used) * mebibyte, reading, clue);
  if (auto total = parse_int(parts[4])) card.memory_total = known(static_cast<std::uint64_t>(*total) * mebibyte, reading, clue);
  if (auto mode = mode_number(parts[5])) card.compute_mode = known(*mode, reading, clue);
  if (parts[6] == "enabled" || parts[6] == "disabled") card.mig_mode = known(std::int64_t{parts[6] == "enabled"}, reading, clue);
  return card;
}

void fill_driver(const Reading& reading, Snapshot& snapshot) {
  const Clues& clues = reading.clues;
  const Clue* works = clues.first("smi.works");
  if (!works) return;
  DriverAnswers answers;
  answers.end = "not run";
  answers.end_detail = "read from a text";
  answers.nvml_init = known(std::int64_t{0}, reading, *works);
  answers.nvml_driver_version = fact_of(reading, "driver");
  if (const Clue* clue = clues.first("gpu.count"))
    if (auto count = parse_int(clue->value)) answers.nvml_count = known(*count, reading, *clue);
  std::vector<NvmlDevice> cards;
  const Clue* at = nullptr;
  for (const Clue* clue : clues.all("smi.gpu")) {
    cards.push_back(card_of(reading, *clue));
    if (!at) at = clue;
  }
  const Clue* no_instances = clues.first("smi.mig-devices");
  if (cards.size() == 1 && no_instances && no_instances->value == "0")
    cards.front().mig_devices = known(std::vector<MigDevice>{}, reading, *no_instances);
  if (const Clue* license = clues.first("smi.license"); license && cards.size() == 1)
    cards.front().vgpu_licensed = known(license->value == "licensed", reading, *license);
  if (const Clue* kind = clues.first("smi.virtualization"); kind && cards.size() == 1 && kind->value == "vgpu")
    cards.front().virtualization = known(std::int64_t{2}, reading, *kind);
  // The same cards may stand in several tables of one text; a list is right only where their number is known.
  if (at && answers.nvml_count.is(static_cast<std::int64_t>(cards.size()))) answers.nvml_devices = known(std::move(cards), reading, *at);
  snapshot.drivers.push_back(std::move(answers));
}

void fill_variables(const Reading& reading, Snapshot& snapshot) {
  for (const Clue& clue : reading.clues.everything()) {
    if (!clue.name.starts_with("env.")) continue;
    std::string name = clue.name.substr(4);
    if (facts::is_known_variable(name)) snapshot.variables.emplace(name, clue.value);
  }
}

void fill_packages(const Reading& reading, Snapshot& snapshot) {
  PythonEnvironment environment;
  std::vector<Package> packages;
  const Clue* at = nullptr;
  for (const Clue& clue : reading.clues.everything()) {
    if (!clue.name.starts_with("package.") || clue.name.size() == 8) continue;
    Package package;
    package.name = clue.name.substr(8);
    package.version = clue.value;
    package.location = locator(reading, clue.line);
    packages.push_back(std::move(package));
    if (!at) at = &clue;
  }
  if (!at) return;
  environment.interpreter = "python of the text";
  environment.active = true;
  environment.chosen_by = locator(reading, at->line);
  environment.version = fact_of(reading, "python");
  environment.packages = known(std::move(packages), reading, *at);
  snapshot.environments.push_back(std::move(environment));
}

void fill_container_tools(const Reading& reading, Snapshot& snapshot) {
  ContainerTools& tools = snapshot.container_tools;
  if (reading.clues.has("toolkit.version")) tools.toolkit_version = fact_of(reading, "toolkit.version");
  if (const Clue* clue = reading.clues.first("toolkit.no-cgroups")) tools.no_cgroups = known(clue->value == "true", reading, *clue);
  if (reading.clues.has("docker.default-runtime")) tools.default_runtime = fact_of(reading, "docker.default-runtime");
  if (const Clue* clue = reading.clues.first("docker.cgroup-driver"))
    tools.cgroupfs_driver = known(clue->value == "cgroupfs", reading, *clue);
}

}  // namespace

std::string locator(const Reading& reading, std::size_t line) {
  if (line >= reading.lines.size()) return "the text";
  bool several = reading.lines.back().file != 0;
  const Line& at = reading.lines[line];
  return several ? fmt::format("text {}, line {}", at.file + 1, at.number) : fmt::format("line {}", at.number);
}

Snapshot partial_snapshot(const Reading& reading) {
  Snapshot snapshot;
  snapshot.meta.basis = "log";
  fill_host(reading, snapshot);
  fill_place(reading, snapshot);
  fill_module(reading, snapshot);
  fill_kernel_log(reading, snapshot);
  fill_nodes(reading, snapshot);
  fill_driver(reading, snapshot);
  fill_variables(reading, snapshot);
  fill_packages(reading, snapshot);
  fill_container_tools(reading, snapshot);
  return snapshot;
}

std::vector<ShownCard> shown_cards(const Reading& reading) {
  std::vector<ShownCard> cards;
  for (const Clue* clue : reading.clues.all("smi.gpu")) {
    std::vector<std::string_view> parts = split(clue->value, ';');
    if (parts.size() < 3 || parts[1].empty()) continue;
    bool again = std::ranges::any_of(cards, [&](const ShownCard& card) {
      return card.name == parts[1] && card.index == parts[0] && (card.address.empty() || parts[2].empty() || card.address == parts[2]);
    });
    if (!again)
      cards.push_back({std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
                       std::string(facts::capability_of_card(parts[1])), clue->line});
  }
  if (!cards.empty()) return cards;
  for (const Clue* clue : reading.clues.all("gpu")) {
    const Clue* capability = reading.clues.all("gpu").size() == 1 ? reading.clues.first("gpu.cc") : nullptr;
    cards.push_back(
        {"", clue->value, "", capability ? capability->value : std::string(facts::capability_of_card(clue->value)), clue->line});
  }
  return cards;
}

}  // namespace gpuwhy
