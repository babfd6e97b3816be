#include "causes/support/container_faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"
#include "causes/support/questions.h"
#include "causes/support/remedies.h"

namespace gpuwhy {

namespace {

constexpr std::int64_t not_permitted = 1;  // EPERM

bool holds(const Fact<std::vector<std::string>>& names, std::string_view name) {
  return names.is_known() && std::ranges::find(*names, name) != names->end();
}

// The files without which CUDA reaches no card: the control node, the cards, and WSL's one node.
std::vector<const DeviceNode*> decisive_nodes(const Snapshot& snapshot) {
  std::vector<const DeviceNode*> nodes = card_nodes(snapshot);
  for (std::string_view path : {control_node, std::string_view("/dev/dxg")})
    if (const DeviceNode* node = find_node(snapshot, path)) nodes.push_back(node);
  return nodes;
}

// The control groups of these refuse nothing by themselves, or are somebody else's affair.
bool has_own_device_rules(const Snapshot& snapshot) {
  return snapshot.platform.container.is("lxc") || snapshot.platform.container.is("apptainer") || snapshot.platform.slurm_job.is_known() ||
         is_hosted(snapshot);
}

void add_registration(const Snapshot& snapshot, Remedy& remedy, const std::vector<std::string>& engines) {
  for (const std::string& engine : engines) {
    if (engine == "podman") {
      remedy.commands.push_back(remedies::as_root(snapshot.host, {"nvidia-ctk", "cdi", "generate", "--output=/etc/cdi/nvidia.yaml"}));
      continue;
    }
    remedy.commands.push_back(remedies::as_root(snapshot.host, {"nvidia-ctk", "runtime", "configure", "--runtime=" + engine}));
    remedy.commands.push_back(remedies::as_root(snapshot.host, {"systemctl", "restart", engine}));
    remedy.steps.push_back(fmt::format("the restart of {} stops its running containers", engine));
  }
}

}  // namespace

std::optional<Verdict> host_tools_are_not_judged(const Snapshot& snapshot) {
  if (in_container(snapshot)) return not_applicable("inside of a container the engine of the host is not shown");
  if (!driver_reaches_gpu(snapshot)) return not_applicable("the driver does not reach a GPU here, so no container can either");
  const auto& engines = snapshot.container_tools.engines;
  if (engines.is_unknown()) return cannot_tell("the container engines of this machine", describe_unknown(engines.why(), engines.detail()));
  if (engines.is_absent() || engines->empty()) return not_applicable("no container engine is installed");
  const Fact<std::string>& container = snapshot.platform.container;
  if (container.is_unknown()) return cannot_tell("whether this is a container", describe_unknown(container.why(), container.detail()));
  return std::nullopt;
}

bool has_engine(const Snapshot& snapshot, std::string_view engine) { return holds(snapshot.container_tools.engines, engine); }
bool has_registered(const Snapshot& snapshot, std::string_view engine) { return holds(snapshot.container_tools.nvidia_runtimes, engine); }

Fact<bool> toolkit_is_installed(const Snapshot& snapshot) {
  const Fact<std::string>& version = snapshot.container_tools.toolkit_version;
  if (version.is_absent()) return Fact<bool>::known(false, version.evidence());
  // A program is there, and the database of packages does not say its version.
  bool there = version.is_known() || (version.why() == Why::not_probed && !version.evidence().locator.empty());
  if (there) return Fact<bool>::known(true, version.evidence());
  return Fact<bool>::unknown(version.why(), version.detail(), version.evidence());
}

Finding host_note(const Snapshot& snapshot, std::string headline) {
  Finding finding;
  finding.headline = std::move(headline);
  finding.severity = Severity::note;
  finding.confidence = Confidence::likely;
  const auto& engines = snapshot.container_tools.engines;
  if (engines.is_known()) prove(finding, fmt::format("installed here: {}", fmt::join(*engines, ", ")), engines.evidence());
  finding.details.push_back("outside of containers the driver works, so nothing on this machine itself is stopped");
  return finding;
}

bool asked_for_cards(const Snapshot& snapshot) {
  const std::string* value = snapshot.variable("NVIDIA_VISIBLE_DEVICES");
  return value && !value->empty() && *value != "void" && *value != "none";
}

bool is_cuda_image(const Snapshot& snapshot) {
  for (const char* name : {"NVIDIA_REQUIRE_CUDA", "CUDA_VERSION", "NVIDIA_PRODUCT_NAME"})
    if (snapshot.variable(name)) return true;
  return false;
}

Fact<bool> lacks_card(const Snapshot& snapshot) {
  using Answer = Fact<bool>;
  const Platform& platform = snapshot.platform;
  bool is_ordinary = !driver_reaches_gpu(snapshot) && in_container(snapshot) && !is_hosted(snapshot) && !platform.jetson.is_known();
  if (!is_ordinary) return Answer::known(false);
  const auto& nodes = snapshot.device_nodes.nodes;
  if (nodes.is_unknown()) return Answer::unknown(nodes.why(), nodes.detail(), nodes.evidence());
  if (has_card_node(snapshot)) return Answer::known(false, nodes.evidence());
  if (snapshot.kernel_module.loaded.is(true)) return Answer::known(true, snapshot.kernel_module.loaded.evidence());
  return machine_has_card(snapshot);
}

std::vector<const DeviceNode*> nodes_refused_by_cgroup(const Snapshot& snapshot) {
  std::vector<const DeviceNode*> refused;
  for (const DeviceNode* node : decisive_nodes(snapshot)) {
    // The files' own mode and an LSM answer with EACCES; EPERM is the control group's.
    bool may_by_mode = (node->mode & 0006) == 0006 || snapshot.host.uid.is(0u);
    if (may_by_mode && node->open_error.is(not_permitted)) refused.push_back(node);
  }
  return refused;
}

Fact<bool> is_refused_by_cgroup(const Snapshot& snapshot) {
  using Answer = Fact<bool>;
  const Platform& platform = snapshot.platform;
  bool may_be_container = in_container(snapshot) || platform.container.is_unknown();
  if (driver_reaches_gpu(snapshot) || !may_be_container || has_own_device_rules(snapshot)) return Answer::known(false);
  const auto& nodes = snapshot.device_nodes.nodes;
  if (nodes.is_unknown())
    return in_container(snapshot) ? Answer::unknown(nodes.why(), nodes.detail(), nodes.evidence()) : Answer::known(false);
  auto decisive = decisive_nodes(snapshot);
  if (decisive.empty()) return Answer::known(false, nodes.evidence());
  auto refused = nodes_refused_by_cgroup(snapshot);
  if (refused.size() < decisive.size()) {
    auto open = std::ranges::find_if(decisive, [](const DeviceNode* node) { return node->open_error.is_unknown(); });
    if (open == decisive.end() || !in_container(snapshot)) return Answer::known(false, nodes.evidence());
    return Answer::unknown((*open)->open_error.why(), (*open)->path + ": " + (*open)->open_error.detail());
  }
  if (!in_container(snapshot)) return Answer::unknown(platform.container.why(), platform.container.detail());
  // A whole /dev that somebody mounted never had the right to be opened: nobody handed these cards out.
  return platform.injected_driver;
}

void prove_refusal(const Snapshot& snapshot, Finding& finding) {
  auto refused = nodes_refused_by_cgroup(snapshot);
  if (!refused.empty()) {
    std::string more = refused.size() > 1 ? fmt::format(" (and {} more)", refused.size() - 1) : std::string();
    prove(finding, fmt::format("{}   {}   opening it: operation not permitted{}", refused[0]->path, mode_words(*refused[0]), more),
          refused[0]->open_error.evidence());
  }
  std::string version = snapshot.platform.cgroup.is_known() ? fmt::format(" {}", *snapshot.platform.cgroup) : std::string();
  finding.details.push_back(fmt::format("the files' mode allows it, so this container's device rules (cgroup{}) refuse it", version));
  prove(finding, "the driver's files were mounted into this container when it was started", snapshot.platform.injected_driver.evidence());
  if (std::string words = driver_words(snapshot); !words.empty()) finding.details.push_back(words);
}

bool worked_before(const Snapshot& snapshot) {
  const auto& process = snapshot.process;
  return process.is_known() && process->device_files.is_known() && !process->device_files->empty();
}

std::string engine_word(const Snapshot& snapshot) {
  if (is_platform(snapshot, "kubernetes")) return "Kubernetes";
  const Fact<std::string>& container = snapshot.platform.container;
  if (!container.is_known() || *container == "other") return "the engine";
  return *container == "docker" ? "Docker" : *container == "podman" ? "Podman" : *container;
}

Remedy register_toolkit(const Snapshot& snapshot, std::string title, const std::vector<std::string>& engines) {
  Remedy remedy;
  remedy.title = std::move(title);
  remedy.safety = Safety::ask;
  add_registration(snapshot, remedy, engines);
  remedy.undo = "take the runtime nvidia out of the engine's settings again and restart it";
  return checked(std::move(remedy));
}

Remedy install_toolkit(const Snapshot& snapshot, std::string title, const std::vector<std::string>& engines) {
  const std::vector<std::string> package = {"nvidia-container-toolkit"};
  Remedy remedy = remedies::install_system(snapshot.host, std::move(title),
                                           {.debian = package, .ubuntu = package, .fedora = package, .suse = package, .arch = package});
  if (remedies::family_of(snapshot.host) != remedies::Family::arch && !remedy.commands.empty())
    remedy.steps.push_back(
        "the package is NVIDIA's: add its repository first (docs.nvidia.com/datacenter/cloud-native/container-toolkit, Installation)");
  add_registration(snapshot, remedy, engines);
  return checked(std::move(remedy));
}

}  // namespace gpuwhy
