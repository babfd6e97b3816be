#include "causes/support/questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "facts/facts.h"
#include "frameworks/predict.h"

namespace gpuwhy {

std::string describe_unknown(Why why, const std::string& detail) {
  std::string_view word = why == Why::denied      ? "denied"
                          : why == Why::timed_out ? "timed-out"
                          : why == Why::crashed   ? "crashed"
                          : why == Why::malformed ? "malformed"
                                                  : "not-probed";
  return fmt::format("{}: {}", word, detail);
}

bool is_of_packages(const Snapshot& snapshot) { return snapshot.meta.basis == "packages"; }

std::vector<const PciFunction*> nvidia_functions(const Snapshot& snapshot) {
  std::vector<const PciFunction*> found;
  if (!snapshot.pci.display.is_known()) return found;
  for (const PciFunction& function : *snapshot.pci.display)
    if (function.vendor == 0x10de) found.push_back(&function);
  return found;
}

bool is_platform(const Snapshot& snapshot, std::string_view kind) { return snapshot.platform.kind.is(kind); }

bool hides_hardware(const Snapshot& snapshot) {
  for (std::string_view kind : {"colab", "kaggle", "wsl1", "wsl2", "sagemaker", "databricks", "runpod"})
    if (is_platform(snapshot, kind)) return true;
  return false;
}

bool in_container(const Snapshot& snapshot) {
  return snapshot.platform.container.is_known() || is_platform(snapshot, "container") || is_platform(snapshot, "kubernetes");
}

bool in_wsl(const Snapshot& snapshot) { return is_platform(snapshot, "wsl1") || is_platform(snapshot, "wsl2"); }

std::string card_title(const PciFunction& function) {
  const facts::PciDevice* device =
      function.vendor == 0x10de ? facts::find_pci_device(static_cast<std::uint16_t>(function.device)) : nullptr;
  if (device && !device->name.empty())
    return device->name.starts_with("NVIDIA") ? std::string(device->name) : fmt::format("NVIDIA {}", device->name);
  return fmt::format("NVIDIA card {:04x}:{:04x}", function.vendor, function.device);
}

bool driver_reaches_gpu(const Snapshot& snapshot) {
  return std::ranges::any_of(snapshot.drivers, [](const DriverAnswers& driver) {
    return driver.init.is(std::int64_t{0}) && driver.count.is_known() && *driver.count > 0;
  });
}

const DriverAnswers* default_driver(const Snapshot& snapshot) { return snapshot.drivers.empty() ? nullptr : &snapshot.drivers.front(); }

std::optional<std::int64_t> init_code(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  return driver && driver->init.is_known() ? std::optional(*driver->init) : std::nullopt;
}

std::optional<std::int64_t> nvml_code(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  return driver && driver->nvml_init.is_known() ? std::optional(*driver->nvml_init) : std::nullopt;
}

bool driver_is_installed(const Snapshot& snapshot) {
  const KernelModule& module = snapshot.kernel_module;
  if (module.loaded.is(true)) return true;
  if (module.files.is_known() && !module.files->empty()) return true;
  if (module.packages.is_known() && !module.packages->empty()) return true;
  return find_driver_libcuda(snapshot) != nullptr;
}

const Candidate* find_driver_libcuda(const Snapshot& snapshot) {
  for (const Candidate* file : candidates_for(snapshot, "libcuda.so.1")) {
    bool compat = file->real_path.find("/compat/") != std::string::npos || file->path.find("/compat/") != std::string::npos;
    if (file->state == CandidateState::loadable && !file->is_driver_stub && !compat) return file;
  }
  return nullptr;
}

std::string driver_version_of_file(std::string_view real_path) {
  std::string_view name = path::filename(real_path);
  std::size_t at = name.find(".so.");
  if (at == std::string_view::npos) return {};
  std::string_view rest = name.substr(at + 4);
  return rest.find('.') == std::string_view::npos ? std::string() : std::string(rest);
}

const DeviceNode* find_node(const Snapshot& snapshot, std::string_view wanted) {
  if (!snapshot.device_nodes.nodes.is_known()) return nullptr;
  for (const DeviceNode& node : *snapshot.device_nodes.nodes)
    if (node.path == wanted) return &node;
  return nullptr;
}

std::vector<const DeviceNode*> card_nodes(const Snapshot& snapshot) {
  std::vector<const DeviceNode*> cards;
  if (!snapshot.device_nodes.nodes.is_known()) return cards;
  constexpr std::string_view prefix = "/dev/nvidia";
  for (const DeviceNode& node : *snapshot.device_nodes.nodes)
    if (node.path.starts_with(prefix) && is_digits(std::string_view(node.path).substr(prefix.size()))) cards.push_back(&node);
  return cards;
}

std::vector<const Candidate*> candidates_for(const Snapshot& snapshot, std::string_view soname) {
  std::vector<const Candidate*> found;
  for (const Candidate& candidate : snapshot.libraries.candidates)
    if (path::filename(candidate.path) == soname) found.push_back(&candidate);
  return found;
}

std::vector<std::string> tried_lines(const Resolution& resolution, const Snapshot& snapshot) {
  std::string home = snapshot.host.home.is_known() ? snapshot.host.home->reveal() : "";
  std::vector<std::string> told;
  // A RUNPATH of a wheel names a dozen folders that say the same; the first stands for them.
  std::map<std::string, int> more;
  for (const Tried& tried : resolution.tried) {
    std::string outcome_key = fmt::format("{}|{}", static_cast<int>(tried.rule), tried.outcome);
    if (more[outcome_key]++ > 0 && tried.rule != SearchRule::ld_library_path) continue;
    std::string by =
        tried.origin.empty() ? std::string(words(tried.rule)) : fmt::format("{} of {}", words(tried.rule), path::filename(tried.origin));
    std::string place = tried.place.empty() ? std::string(words(tried.rule)) : path::abbreviated(tried.place, home);
    told.push_back(place == by ? fmt::format("{}   {}", place, tried.outcome) : fmt::format("{}   {}   ({})", place, tried.outcome, by));
  }
  return told;
}

Evidence evidence_of(const Resolution& resolution) {
  const Resolution& decisive = resolution.root_failure();
  return {Source::elf, decisive.path.empty() ? decisive.name : decisive.path,
          decisive.is_found() ? std::string(words(decisive.rule)) : decisive.loader_message()};
}

std::string title_of(const FrameworkBuild& build) {
  return fmt::format("{} {}", display_name(build.framework), build.version.is_known() ? *build.version : "of unknown version");
}

std::string where_of(const PythonEnvironment& environment) {
  bool is_venv = environment.kind == "venv" || environment.kind == "uv" || environment.kind == "virtualenv" || environment.kind == "conda";
  return is_venv ? environment.prefix : environment.interpreter;
}

bool gate_failed(const Prediction& prediction, std::string_view name) {
  const Gate* gate = prediction.find_gate(name);
  return gate && gate->state == GateState::failed;
}

std::vector<const Gate*> broken_library_gates(const Prediction& prediction) {
  std::vector<const Gate*> broken;
  for (const Gate& gate : prediction.gates)
    if (gate.library && (gate.state == GateState::failed || gate.state == GateState::degraded)) broken.push_back(&gate);
  return broken;
}

const Package* find_package(const PythonEnvironment& environment, std::string_view name) {
  if (!environment.packages.is_known()) return nullptr;
  for (const Package& package : *environment.packages)
    if (package.name == name) return &package;
  return nullptr;
}

std::string wheel_for(const FrameworkBuild& build, std::string_view soname) {
  auto cuda = build.cuda_version.is_known() ? Version::parse(*build.cuda_version) : std::nullopt;
  const facts::WheelLibrary* wheel = facts::find_wheel_for(soname, cuda ? cuda->major() : 0);
  return wheel ? std::string(wheel->wheel) : "";
}

}  // namespace gpuwhy
