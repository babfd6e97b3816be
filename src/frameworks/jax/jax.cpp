#include "frameworks/jax/jax.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/version.h"
#include "facts/facts.h"
#include "frameworks/architecture.h"
#include "frameworks/common/gates.h"
#include "frameworks/jax/parts.h"
#include "frameworks/jax/platforms.h"
#include "frameworks/jax/plugin.h"

namespace gpuwhy::frameworks::jax {

namespace {

// Files by whose presence JAX decides whether there can be an NVIDIA GPU (jax/_src/hardware_utils.py, since 0.4.31).
constexpr std::string_view device_files[] = {"/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg"};
constexpr std::string_view fallback_line =
    "An NVIDIA GPU may be present on this machine, but a CUDA-enabled jaxlib is not installed. Falling back to cpu.";

Version release_of(const FrameworkBuild& build) {
  auto parsed = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  return parsed ? *parsed : version("0.10");
}

std::optional<std::string_view> variable(const Snapshot& snapshot, const std::string& name) {
  const std::string* value = snapshot.variable(name);
  return value ? std::optional<std::string_view>(*value) : std::nullopt;
}

Gate make_gate(std::string name, Layer layer, GateState state, std::string summary) {
  Gate gate;
  gate.name = std::move(name);
  gate.layer = layer;
  gate.state = state;
  gate.summary = std::move(summary);
  return gate;
}

std::string backend_error(const PlatformChoice& choice, std::string_view platform, std::string_view why) {
  return fmt::format("Unable to initialize backend '{}': {} ({})", platform, why,
                     choice.is_named
                         ? "set JAX_PLATFORMS='' to automatically choose an available backend"
                         : "you may need to uninstall the failing plugin package, or set JAX_PLATFORMS=cpu to skip this backend.");
}

// jaxlib's modules are the ones that need a C library; the folder of the build is that of jax, which holds none.
Gate play_import(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process) {
  if (process.has_program()) process.load(objects_of(build).imported);
  FrameworkBuild jaxlib = build;
  jaxlib.objects = objects_of(build).imported;
  if (const FrameworkPart* part = find_part(build, "jaxlib"); part && !part->folder.empty()) jaxlib.folder = part->folder;
  Gate gate = import_gate(snapshot, process, environment, jaxlib);
  std::string refusal = jaxlib_refusal(build);
  if (refusal.empty() || gate.state == GateState::failed) return gate;
  Gate refused = make_gate("import", Layer::framework_build, GateState::failed, refusal);
  refused.log_line = refusal;
  refused.evidence.push_back({Source::package, jaxlib.folder, refusal});
  return refused;
}

// "platform-choice": only where a variable takes CUDA away or names what is not there.
std::optional<Gate> platform_gate(const PlatformChoice& choice) {
  bool wrong = !choice.unknown_platform.empty();
  if (!wrong && choice.lists_cuda) return std::nullopt;
  Gate gate = make_gate(
      "platform-choice", Layer::process, GateState::failed,
      wrong ? fmt::format("{}={} names {}, which no installed package offers", choice.variable, choice.value, choice.unknown_platform)
            : fmt::format("{}={} keeps JAX away from the GPU", choice.variable, choice.value));
  gate.evidence.push_back({Source::env, choice.variable, choice.value});
  if (wrong && choice.is_named)
    gate.log_line = backend_error(choice, choice.unknown_platform,
                                  fmt::format("Backend '{}' is not in the list of known backends", choice.unknown_platform));
  else if (wrong) gate.log_line = fmt::format("Unknown backend {}.", choice.unknown_platform);
  return gate;
}

std::optional<Gate> device_files_gate(const Snapshot& snapshot, const Version& release) {
  if (release < version("0.4.31")) return std::nullopt;
  const auto& nodes = snapshot.device_nodes.nodes;
  if (!nodes.is_known()) {
    Gate gate = make_gate("device-files", Layer::device_nodes, GateState::unknown, nodes.detail());
    gate.evidence.push_back(nodes.evidence());
    return gate;
  }
  for (std::string_view file : device_files)
    if (std::ranges::find(*nodes, file, &DeviceNode::path) != nodes->end()) {
      Gate gate = make_gate("device-files", Layer::device_nodes, GateState::passed, fmt::format("{} is there", file));
      gate.evidence.push_back({Source::file, std::string(file), ""});
      return gate;
    }
  bool is_image = snapshot.meta.basis == "root";
  Gate gate = make_gate("device-files", Layer::device_nodes, is_image ? GateState::unknown : GateState::failed,
                        is_image ? "given device files: an image gets them from its host"
                                 : "none of /dev/nvidia0, /dev/nvidiactl and /dev/dxg is there, so JAX does not try CUDA and says nothing");
  gate.evidence.push_back({Source::file, "/dev/nvidia0", "not there"});
  return gate;
}

// Behind the plugin's start: the client that makes the devices.
void play_client(const Snapshot& snapshot, const FrameworkBuild& build, const PluginStart& start, const PlatformChoice& choice,
                 Process& process, Prediction& prediction) {
  Version release = release_of(build);
  if (auto files = device_files_gate(snapshot, release)) prediction.gates.push_back(*files);
  Gate version_gate = driver_version_gate(start.driver, build.cuda_version);
  if (version_gate.state == GateState::failed)
    version_gate.log_line = backend_error(choice, "cuda", "INTERNAL: no supported devices found for platform CUDA");
  Gate count = count_gate(start.driver);
  if (count.state == GateState::failed) count.log_line = version_gate.log_line;
  const Gate* libcuda = prediction.find_gate("open-libcuda");
  close_behind(*libcuda, {&version_gate, &count});
  prediction.gates.push_back(version_gate);
  // The client of 0.7.2 still does without NVML; that of 0.10.2 was seen to need it, and 0.8 and 0.9 load it in the same way.
  bool needs_nvml = release >= version("0.8");
  Gate nvml = nvml_gate(snapshot, find_nvml_driver(snapshot, start.driver), process.peek("libnvidia-ml.so.1", ""), needs_nvml);
  if (nvml.state == GateState::failed) nvml.log_line = backend_error(choice, "cuda", "FAILED_PRECONDITION: No visible GPU devices.");
  prediction.gates.push_back(nvml);
  prediction.gates.push_back(count);
}

// XLA compiles for the cards that the release serves; an older one is listed all the same.
void refuse_old_cards(const DriverAnswers& driver, std::string_view lowest, ArchitectureAnswer& answer) {
  auto minimum = parse_compute_capability(lowest);
  if (!minimum) return;
  std::int64_t served = 0;
  std::string refused;
  for (const CudaDevice& device : *driver.devices) {
    auto capability = parse_compute_capability(device.compute_capability);
    if (capability && *capability < *minimum) refused = fmt::format("{} (compute capability {})", device.name, device.compute_capability);
    else ++served;
  }
  if (refused.empty()) return;
  answer.usable = Fact<std::int64_t>::known(served, driver.devices.evidence());
  answer.gate.state = served > 0 ? GateState::degraded : GateState::failed;
  answer.gate.summary = fmt::format("the release serves cards from compute capability {} on, and not {}", lowest, refused);
}

// Code built beforehand; what XLA compiles at run time needs a card that the release still serves.
void play_first_kernel(const FrameworkBuild& build, const PluginStart& start, Prediction& prediction) {
  auto cuda = build.cuda_version.is_known() ? Version::parse(*build.cuda_version) : std::nullopt;
  const facts::JaxRelease* row = cuda ? facts::find_jax(release_of(build), is_monolithic(build) ? 0 : cuda->major()) : nullptr;
  std::vector<std::string> images;
  std::string source = build.folder;
  if (build.architectures.is_known()) images = *build.architectures;
  else if (row && !row->sass.empty()) {
    images = code_images_from_facts(row->sass, row->ptx);
    source = fmt::format("facts: jax {} for CUDA {}", row->release, row->cuda_major);
  }
  ArchitectureAnswer answer = architecture_gate(start.driver, build, images, source, Kernels::compiled_at_run_time);
  if (row && answer.usable.is_known()) refuse_old_cards(*start.driver, row->min_cc, answer);
  if (answer.gate.state == GateState::failed)
    answer.gate.log_line = "CUDA_ERROR_NO_BINARY_FOR_GPU: no kernel image is available for execution on the device";
  prediction.gates.push_back(answer.gate);
  prediction.usable_gpus = answer.usable;
}

// How far a row of gates lets JAX come.
struct Passage {
  bool failed = false, open = false;
  void add(const Gate& gate) {
    failed |= gate.state == GateState::failed;
    open |= gate.state == GateState::unknown && !failed;
  }
};

struct Passages {
  Passage plugin, files, client;
};

Passages passages_of(const Prediction& prediction, bool is_checked) {
  Passages found;
  for (const Gate& gate : prediction.gates) {
    bool by_client = gate.name == "driver-version" || gate.name == "nvml-init" || gate.name == "device-count";
    // Without the checks nobody asks the driver and the libraries before the client does.
    bool late = !is_checked && (gate.name == "open-libcuda" || gate.name == "cu-init" || gate.layer == Layer::cuda_libraries);
    if (gate.name == "device-files") found.files.add(gate);
    else if (by_client || late) found.client.add(gate);
    else if (gate.name != "architecture" && gate.name != "platform-choice") found.plugin.add(gate);
  }
  return found;
}

struct Listing {
  std::optional<std::int64_t> count;  // nothing: nobody can tell
  bool raises = false;
};

// jax.devices(), in the order in which it decides.
Listing list_devices(const Prediction& prediction, const PlatformChoice& choice, const Passages& passages, bool is_monolithic_build) {
  bool unknown_raises = !choice.unknown_platform.empty();
  Listing on_cpu{0, choice.insists_on_cuda || unknown_raises};
  if (choice.is_named && unknown_raises && choice.unknown_before_cuda) return {0, true};
  if (!choice.starts_cuda) return on_cpu;
  if (passages.plugin.failed) return {0, choice.is_named || on_cpu.raises};
  if (passages.files.failed) return {0, choice.only_cuda || on_cpu.raises};
  if (passages.client.failed && !passages.plugin.open && !passages.files.open)
    return is_monolithic_build && !choice.is_named ? on_cpu : Listing{0, true};
  if (unknown_raises) return {0, true};
  if (passages.plugin.open || passages.files.open || passages.client.open) {
    if (choice.lists_cuda && !passages.client.failed) return {};
    return {0, passages.client.failed && !passages.plugin.open && !passages.files.open};
  }
  const Gate* count = prediction.find_gate("device-count");
  if (!count || !count->code) return {};
  return {choice.lists_cuda ? *count->code : 0, false};
}

void answer(const PlatformChoice& choice, const Passages& passages, bool is_monolithic_build, Prediction& prediction) {
  Listing listing = list_devices(prediction, choice, passages, is_monolithic_build);
  prediction.sees_gpus = listing.count ? Fact<std::int64_t>::known(*listing.count)
                                       : Fact<std::int64_t>::unknown(Why::not_probed, "what decides is not known: see the gates");
  if (listing.raises) prediction.outcome = Outcome::raises;
  const Gate* version_gate = prediction.find_gate("driver-version");
  bool too_old = version_gate && version_gate->state == GateState::failed;
  if (prediction.sees_gpus.is(std::int64_t{0}) || too_old) prediction.usable_gpus = Fact<std::int64_t>::known(0);
  else if (prediction.usable_gpus.is_known() && prediction.sees_gpus.is_known())
    prediction.usable_gpus = Fact<std::int64_t>::known(std::min(*prediction.usable_gpus, *prediction.sees_gpus));
  if (!listing.raises) prediction.calls = {{"sum(d.platform == 'gpu' for d in jax.devices())", prediction.sees_gpus, false}};
}

// What JAX prints: nothing of the plugin where it is told to leave CUDA alone, and its remark where it falls back by itself.
void say_what_is_printed(const PlatformChoice& choice, const Passages& passages, Prediction& prediction) {
  const Gate* files = prediction.find_gate("device-files");
  if (!choice.starts_cuda || (files && files->state == GateState::failed))
    for (Gate& gate : prediction.gates)
      if (gate.name == "driver-version" || gate.name == "nvml-init" || gate.name == "device-count") gate.log_line.clear();
  conclude(prediction);
  if (choice.is_named && choice.starts_cuda && passages.plugin.failed && prediction.outcome == Outcome::raises)
    prediction.expected_log.push_back(backend_error(choice, "cuda", "Backend 'cuda' is not in the list of known backends"));
  bool falls_back = prediction.outcome == Outcome::lists && passages.plugin.failed && !choice.is_named;
  if (falls_back && files && files->state == GateState::passed) prediction.expected_log.emplace_back(fallback_line);
}

// The process dies: in the loader, or where cuDNN's shim misses its part, if JAX comes that far.
bool dies(const Prediction& prediction, const PluginStart& start, bool is_checked) {
  if (start.dies) return true;
  const Gate* graph = prediction.find_gate("open-cudnn-graph");
  if (!graph || graph->state != GateState::failed || !is_checked) return false;
  for (std::string_view before : {"cuda-plugin", "open-plugin", "open-cudart", "open-cudnn"}) {
    const Gate* gate = prediction.find_gate(before);
    if (gate && gate->state == GateState::failed) return false;
  }
  return true;
}

}  // namespace

Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build) {
  Process process(snapshot, environment);
  Objects objects = objects_of(build);
  if (process.has_program()) process.load(objects.imported);
  if (!objects.versions.empty()) process.open(objects.versions, "");
  preload_wheels(snapshot, environment, process);
  return open_libcuda(build, process);
}

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process) {
  Prediction prediction;
  prediction.gates.push_back(play_import(snapshot, environment, build, process));
  bool raises = prediction.gates.back().state == GateState::failed;
  PlatformChoice choice = choose_platforms(variable(snapshot, "JAX_PLATFORMS"), variable(snapshot, "JAX_PLATFORM_NAME"));
  if (auto gate = platform_gate(choice)) prediction.gates.push_back(*gate);
  prediction.gates.push_back(build_gate(build));
  const std::string* skip = snapshot.variable("JAX_SKIP_CUDA_CONSTRAINTS_CHECK");
  bool is_checked = choice.starts_cuda && !(skip && !skip->empty()), aborts = false;
  if (prediction.gates.back().state != GateState::failed) {
    PluginStart start = start_plugin(snapshot, environment, build, is_checked, process);
    prediction.libcuda = start.libcuda.is_found() ? start.libcuda.real_path : "";
    prediction.gates.insert(prediction.gates.end(), start.gates.begin(), start.gates.end());
    if (!is_checked && !choice.starts_cuda)
      for (Gate& gate : prediction.gates)
        if (gate.name != "platform-choice" && gate.name != "import") gate.log_line.clear();
    play_client(snapshot, build, start, choice, process, prediction);
    play_first_kernel(build, start, prediction);
    aborts = dies(prediction, start, is_checked);
  } else if (auto files = device_files_gate(snapshot, release_of(build)); files && files->state == GateState::passed) {
    prediction.gates.push_back(*files);
  }
  Passages passages = passages_of(prediction, is_checked);
  answer(choice, passages, is_monolithic(build), prediction);
  if (raises) {
    prediction.outcome = Outcome::raises;
    prediction.sees_gpus = Fact<std::int64_t>::known(0);
    prediction.calls.clear();
  }
  say_what_is_printed(choice, passages, prediction);
  if (aborts && !raises) {
    prediction.outcome = Outcome::aborts;
    prediction.sees_gpus = Fact<std::int64_t>::known(0);
    prediction.calls.clear();
  }
  return prediction;
}

}  // namespace gpuwhy::frameworks::jax
