#include "frameworks/onnxruntime/onnxruntime.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "facts/facts.h"
#include "frameworks/architecture.h"
#include "frameworks/common/gates.h"
#include "frameworks/cupy/runtime_errors.h"

namespace gpuwhy::frameworks::onnxruntime {

namespace {

constexpr std::string_view bridge = "libonnxruntime_providers_shared.so", provider = "libonnxruntime_providers_cuda.so";

// The file that the build has of that name, else the place where it is sought.
std::string file_of(const FrameworkBuild& build, std::string_view name) {
  for (const std::string& object : build.objects)
    if (path::filename(object) == name) return object;
  return path::join(path::join(build.folder, "capi"), name);
}

// What `import onnxruntime` maps: the extension module. The provider comes with the first session.
void replay_import(const FrameworkBuild& build, Process& process) {
  if (process.has_program() && !build.objects.empty()) process.load({build.objects.front()});
}

// The provider is opened by its path, after the bridge that it calls back into. It has neither RPATH nor RUNPATH.
Resolution open_provider(const FrameworkBuild& build, Process& process) {
  Resolution first = process.open(file_of(build, bridge), "");
  return first.is_found() ? process.open(file_of(build, provider), "") : first;
}

bool is_libcuda(const Resolution& resolution) { return resolution.name.starts_with("libcuda.so"); }

// The request for the driver's library: the provider needs it (DT_NEEDED), so a failure of that kind is the provider's own.
Resolution libcuda_of(const Resolution& opened, Process& process) {
  if (!opened.is_found() && is_libcuda(opened.root_failure())) return opened.root_failure();
  return process.open("libcuda.so.1", "");
}

// Libraries of CUDA that the provider needs and that somebody has mapped before it: torch, or onnxruntime.preload_dlls().
std::vector<std::string> mapped_before(const Snapshot& snapshot, const FrameworkBuild& build, const Process& process) {
  std::vector<std::string> names;
  const Candidate* file = snapshot.libraries.find(file_of(build, provider));
  if (!file) return names;
  for (const std::string& name : file->needed)
    if (name.starts_with("libcu") && process.map().find_loaded(name)) names.push_back(name);
  return names;
}

// The file of that name in one of the wheels of this environment, where onnxruntime.preload_dlls() would find it; "" = none.
std::string in_a_wheel(const Snapshot& snapshot, const PythonEnvironment& environment, const std::string& soname) {
  if (!environment.search_path.is_known()) return {};
  for (const Candidate& file : snapshot.libraries.candidates) {
    if (path::filename(file.path) != soname || file.state != CandidateState::loadable) continue;
    for (const std::string& site : *environment.search_path)
      if (path::is_inside(file.path, path::join(site, "nvidia"))) return file.path;
  }
  return {};
}

Gate provider_gate(const Snapshot& snapshot, const PythonEnvironment& environment, const Resolution& opened, const Gate& libcuda,
                   const std::vector<std::string>& before, std::string log_line) {
  Gate gate = library_gate("open-provider", Layer::cuda_libraries, opened, true, std::move(log_line));
  if (opened.is_found()) {
    gate.summary = fmt::format("{} loads", provider);
    if (!before.empty()) gate.summary += fmt::format("; {} {} mapped before it", join(before, ", "), before.size() == 1 ? "was" : "were");
  } else if (is_libcuda(opened.root_failure()) && gate.state == GateState::failed) {
    gate.state = libcuda.state == GateState::failed ? GateState::not_reached : GateState::unknown;
    gate.summary = fmt::format("{} needs libcuda.so.1", provider);
    gate.library.reset();
    gate.log_line.clear();
  } else if (gate.state == GateState::failed && opened.root_failure().state == ResolutionState::not_found) {
    if (!in_a_wheel(snapshot, environment, opened.root_failure().name).empty())
      gate.summary += "; it lies in a wheel of this environment, and onnxruntime.preload_dlls() before the session would map it";
  }
  return gate;
}

void play_provider(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process,
                   Prediction& prediction) {
  std::vector<std::string> before = mapped_before(snapshot, build, process);
  Resolution opened = open_provider(build, process);
  Resolution libcuda = libcuda_of(opened, process);
  std::string line = fmt::format("Failed to load library {} with error: {}", file_of(build, provider), opened.loader_message());
  // One line is printed, about the first library that is missing.
  bool by_libcuda = !opened.is_found() && is_libcuda(opened.root_failure());
  prediction.libcuda = libcuda.is_found() ? libcuda.real_path : "";
  prediction.gates.push_back(libcuda_gate(snapshot, libcuda, by_libcuda ? line : ""));
  prediction.gates.push_back(provider_gate(snapshot, environment, opened, prediction.gates.back(), before, line));
}

// Where the provider itself loads and the driver's library does not, an initialiser of these releases ends the process (SIGSEGV; measured
// on 1.19.2, 1.21.0 and 1.22.0 without any driver, and not on 1.23.2, 1.24.1 and 1.26.0, which fall back to the CPU).
bool dies_without_driver(const FrameworkBuild& build, const Prediction& prediction) {
  auto release = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  if (!release || *release < version("1.19") || *release >= version("1.23")) return false;
  return prediction.find_gate("open-provider")->state == GateState::passed &&
         prediction.find_gate("open-libcuda")->state == GateState::failed;
}

std::string cuda_failure(std::int64_t code) { return fmt::format("CUDA failure {}: {}", code, runtime_error_text(code)); }

// The row of the tables for this release; nullptr for one that nobody read.
const facts::GpuPackage* row_of(const FrameworkBuild& build) {
  auto release = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  return release ? facts::find_gpu_package("onnxruntime-gpu", *release) : nullptr;
}

// What the package says, else what its release is built with.
Fact<std::string> cuda_of(const FrameworkBuild& build) {
  const facts::GpuPackage* row = build.cuda_version.is_known() ? nullptr : row_of(build);
  if (!row || !Version::parse(row->cuda_major)) return build.cuda_version;
  return Fact<std::string>::known(std::string(row->cuda_major), {Source::package, build.folder, std::string(row->versions)});
}

// cudaSetDevice, which a session calls first: the runtime asks for the driver's age, then cuInit, then the count. It stops at the first
// that fails, and says one line.
void play_driver(const Snapshot& snapshot, const FrameworkBuild& build, Prediction& prediction) {
  const DriverAnswers* driver = find_driver(snapshot, prediction.libcuda);
  Gate age = driver_version_gate(driver, cuda_of(build)), init = init_gate(driver), count = count_gate(driver);
  close_behind(*prediction.find_gate("open-libcuda"), {&age, &init, &count});
  const Gate* opened = prediction.find_gate("open-provider");
  if (opened->state == GateState::passed || opened->state == GateState::unknown) {
    if (age.state == GateState::failed) age.log_line = cuda_failure(insufficient_driver);
    else if (init.state == GateState::failed && init.code) init.log_line = cuda_failure(*init.code);
    else if (count.state == GateState::failed) count.log_line = cuda_failure(no_device);
  }
  prediction.gates.insert(prediction.gates.end(), {age, init, count});
}

// cuDNN is opened by name when the session is made. A session does without it; but where it is there and its first part is not, its own
// shim ends the process (recorded with 1.31.1). Releases whose provider needs it (DT_NEEDED) have it mapped by now.
void play_cudnn(Process& process, Prediction& prediction) {
  if (prediction.find_gate("open-provider")->state != GateState::passed) return;
  Resolution cudnn = process.open("libcudnn.so.9", provider);
  if (cudnn.state == ResolutionState::cannot_tell || !cudnn.is_found()) {
    bool dies = cudnn.root_failure().state == ResolutionState::process_dies;
    prediction.gates.push_back(library_gate("open-cudnn", Layer::cuda_libraries, cudnn, dies, ""));
    return;
  }
  Resolution part = process.open("libcudnn_graph.so.9", "libcudnn.so.9");
  prediction.gates.push_back(
      library_gate("open-cudnn-graph", Layer::cuda_libraries, part, true, "Invalid handle. Cannot load symbol cudnnCreate"));
}

void play_first_kernel(const Snapshot& snapshot, const FrameworkBuild& build, Prediction& prediction) {
  const DriverAnswers* driver = find_driver(snapshot, prediction.libcuda);
  const facts::GpuPackage* row = row_of(build);
  std::vector<std::string> images = row && !row->sass.empty() ? code_images_from_facts(row->sass, row->ptx) : std::vector<std::string>{};
  ArchitectureAnswer answer = architecture_gate(driver, build, images, row ? fmt::format("facts: onnxruntime-gpu {}", row->versions) : "");
  if (answer.gate.state == GateState::failed || answer.gate.state == GateState::degraded)
    answer.gate.log_line = "no kernel image is available for execution on the device";
  prediction.gates.push_back(answer.gate);
  prediction.usable_gpus = answer.usable;
  if (answer.verdicts.empty()) return;
  // A session runs on the first card unless it is told another one.
  bool runs = answer.verdicts.front().support != CodeSupport::none;
  prediction.usable_gpus = Fact<std::int64_t>::known(runs ? 1 : 0, answer.usable.evidence());
}

// None or one: a session has one device. Where the provider fails, the session falls back to the CPU and goes on.
void answer_calls(const FrameworkBuild& build, Prediction& prediction) {
  bool failed = false, open = false, aborts = false;
  for (const Gate& gate : prediction.gates) {
    if (gate.name == "architecture") continue;
    if (gate.name == "open-cudnn-graph") aborts = gate.state == GateState::failed && !failed && !open;
    failed |= gate.state == GateState::failed;
    open |= gate.state == GateState::unknown;
  }
  const Gate* count = prediction.find_gate("device-count");
  if (failed) prediction.sees_gpus = Fact<std::int64_t>::known(0);
  else if (open || !count || !count->code) prediction.sees_gpus = Fact<std::int64_t>::unknown(Why::not_probed, "the driver was not asked");
  else prediction.sees_gpus = Fact<std::int64_t>::known(std::min<std::int64_t>(1, *count->code));
  if (aborts) prediction.outcome = Outcome::aborts;
  if (prediction.sees_gpus.is(std::int64_t{0})) prediction.usable_gpus = prediction.sees_gpus;

  Call compiled_in{"'CUDAExecutionProvider' in onnxruntime.get_available_providers()", {}, true};
  if (build.accelerator.is_known())
    compiled_in.answer = Fact<std::int64_t>::known(build.accelerator.is(Accelerator::cuda), build.accelerator.evidence());
  prediction.calls = {compiled_in, {"'CUDAExecutionProvider' in session.get_providers()", prediction.sees_gpus, true}};
}

}  // namespace

Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build) {
  Process process(snapshot, environment);
  replay_import(build, process);
  return libcuda_of(open_provider(build, process), process);
}

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process) {
  Prediction prediction;
  replay_import(build, process);
  prediction.gates.push_back(import_gate(snapshot, process, environment, build));
  bool raises = prediction.gates.back().state == GateState::failed;
  prediction.gates.push_back(build_gate(build));
  bool has_cuda = prediction.gates.back().state != GateState::failed;
  if (!has_cuda) {
    prediction.gates.back().log_line = "Specified provider 'CUDAExecutionProvider' is not in available provider names.";
  } else {
    play_provider(snapshot, environment, build, process, prediction);
    play_driver(snapshot, build, prediction);
    play_cudnn(process, prediction);
    play_first_kernel(snapshot, build, prediction);
  }
  answer_calls(build, prediction);
  if (has_cuda && dies_without_driver(build, prediction)) prediction.outcome = Outcome::aborts;
  if (raises) {
    prediction.outcome = Outcome::raises;
    prediction.calls.clear();
  }
  conclude(prediction);
  return prediction;
}

}  // namespace gpuwhy::frameworks::onnxruntime
