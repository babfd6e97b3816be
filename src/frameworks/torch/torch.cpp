#include "frameworks/torch/torch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "facts/facts.h"
#include "frameworks/architecture.h"
#include "frameworks/common/gates.h"
#include "frameworks/torch/visible_devices.h"

namespace gpuwhy::frameworks::torch {

namespace {

struct Preload {
  std::string_view folder, library;
};

// torch/__init__.py, _preload_cuda_deps: the wheels' libraries that are mapped by full path before anything else, in this order (2.10).
// A missing one ends the list: torch raises there, and swallows that where libtorch_global_deps.so itself has loaded.
constexpr std::array<Preload, 16> preloads = {{{"cublas", "libcublasLt.so."},
                                               {"cublas", "libcublas.so."},
                                               {"cudnn", "libcudnn.so."},
                                               {"cuda_nvrtc", "libnvrtc.so."},
                                               {"cuda_nvrtc", "libnvrtc-builtins.so."},
                                               {"cuda_runtime", "libcudart.so."},
                                               {"cuda_cupti", "libcupti.so."},
                                               {"cufft", "libcufft.so."},
                                               {"curand", "libcurand.so."},
                                               {"nvjitlink", "libnvJitLink.so."},
                                               {"cusparse", "libcusparse.so."},
                                               {"cusparselt", "libcusparseLt.so."},
                                               {"cusolver", "libcusolver.so."},
                                               {"nccl", "libnccl.so."},
                                               {"nvshmem", "libnvshmem_host.so."},
                                               {"cufile", "libcufile.so."}}};

std::string wheel_library(const Snapshot& snapshot, const PythonEnvironment& environment, const Preload& preload,
                          std::string_view cuda_major) {
  if (!environment.search_path.is_known()) return {};
  for (const std::string& site : *environment.search_path) {
    const std::array<std::string, 3> folders = {fmt::format("{}/nvidia/{}/lib", site, preload.folder),
                                                fmt::format("{}/nvidia/cu{}/lib", site, cuda_major),
                                                fmt::format("{}/{}/lib", site, preload.folder)};
    for (const std::string& folder : folders) {
      const SearchedFolder* listed = snapshot.libraries.find_folder(folder);
      if (!listed || !listed->names.is_known()) continue;
      for (const std::string& name : *listed->names)
        if (name.starts_with(preload.library) && name.back() >= '0' && name.back() <= '9') return folder + "/" + name;
    }
  }
  return {};
}

Gate raise_gate(std::string log_line, const Resolution& resolution) {
  Gate gate = library_gate("import", Layer::framework_build, resolution, true, std::move(log_line));
  gate.state = GateState::failed;
  return gate;
}

// Returns what Python raises when a library is not there, or nothing when all were mapped.
std::optional<Gate> preload_wheels(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build,
                                   Process& process) {
  std::string cuda_major = build.cuda_version.is_known() ? std::string(split(*build.cuda_version, '.').front()) : "";
  for (const Preload& preload : preloads) {
    std::string file = wheel_library(snapshot, environment, preload, cuda_major);
    if (file.empty()) {
      Resolution missing;
      missing.name = std::string(preload.library);
      return raise_gate(fmt::format("ValueError: {}*[0-9] not found in the system path", preload.library), missing);
    }
    Resolution mapped = process.open(file, "");
    if (!mapped.is_found()) return raise_gate(fmt::format("OSError: {}", mapped.root_failure().loader_message()), mapped);
  }
  return std::nullopt;
}

bool is_preloaded_library(std::string_view name) {
  return std::ranges::any_of(preloads, [&](const Preload& preload) { return name.starts_with(split(preload.library, '.').front()); });
}

// The part of `import torch` before the extension module: ctypes loads libtorch_global_deps.so; a wheel library that it lacks is sought in
// sys.path and mapped by hand, after which it is tried again.
std::optional<Gate> load_global_deps(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build,
                                     const std::string& global_deps, Process& process) {
  Resolution first = process.open(global_deps, "");
  if (first.is_found()) {
    // Newer releases map libraries of the wheels by hand even then (those among the build's objects); an exception of that is swallowed.
    for (const std::string& object : build.objects)
      if (!path::is_inside(object, build.folder) && !process.open(object, "").is_found()) break;
    return std::nullopt;
  }
  const Resolution& failure = first.root_failure();
  std::string os_error = fmt::format("OSError: {}", failure.loader_message());
  if (!is_preloaded_library(failure.name)) return raise_gate(os_error, first);
  if (auto raised = preload_wheels(snapshot, environment, build, process)) {
    raised->library = first;
    raised->summary = first.root_failure().loader_message();
    return raised;
  }
  Resolution second = process.open(global_deps, "");
  if (second.is_found()) return std::nullopt;
  return raise_gate(fmt::format("OSError: {}", second.root_failure().loader_message()), second);
}

// import torch. Returns what Python raises there before the extension module, or nothing.
std::optional<Gate> replay_import(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build,
                                  Process& process) {
  std::vector<std::string> objects = build.objects;
  if (!process.has_program()) return std::nullopt;
  std::optional<Gate> raised;
  if (!objects.empty() && path::filename(objects.front()) == "libtorch_global_deps.so") {
    raised = load_global_deps(snapshot, environment, build, objects.front(), process);
    // The wheels' libraries among the objects are those that load_global_deps has dealt with.
    std::erase_if(objects,
                  [&](const std::string& object) { return object == build.objects.front() || !path::is_inside(object, build.folder); });
  }
  if (!raised) process.load(objects);
  return raised;
}

Resolution open_libcuda(Process& process) {
  std::string runtime;
  for (const loader::Object& object : process.map().objects())
    if (object.file && path::filename(object.file->path).starts_with("libcudart.so"))
      runtime = std::string(path::filename(object.file->path));
  return process.open("libcuda.so.1", runtime);
}

// cuDNN's own parts are opened by libcudnn.so when a convolution needs them: without them torch lists the GPU and fails later.
std::optional<Gate> cudnn_parts_gate(Process& process) {
  for (const loader::Object& object : process.map().objects()) {
    if (!object.file || !object.file->soname.starts_with("libcudnn.so.")) continue;
    std::string suffix = object.file->soname.substr(std::string_view("libcudnn").size());
    for (std::string_view part : {"graph", "ops", "cnn"}) {
      bool before_nine = suffix == ".so.8";
      std::string name = before_nine ? fmt::format("libcudnn_{}_infer{}", part, suffix) : fmt::format("libcudnn_{}{}", part, suffix);
      if (before_nine && part == "graph") continue;
      Resolution found = process.peek(name, path::filename(object.file->path));
      if (found.state == ResolutionState::found) continue;
      return library_gate("open-cudnn-parts", Layer::cuda_libraries, found, false, "");
    }
    return library_gate("open-cudnn-parts", Layer::cuda_libraries, process.peek(object.file->soname, ""), false, "");
  }
  return std::nullopt;
}

std::vector<std::string> architectures_of(const FrameworkBuild& build, const Snapshot& snapshot, std::string& source) {
  if (build.architectures.is_known()) {
    source = build.folder;
    return *build.architectures;
  }
  if (!build.version.is_known()) return {};
  auto parsed = Version::parse(*build.version);
  if (!parsed) return {};
  std::string architecture = snapshot.host.architecture.is_known() ? *snapshot.host.architecture : "x86_64";
  std::string variant = parsed->local();
  if (variant.empty() && build.cuda_version.is_known()) variant = "cu" + replace_all(*build.cuda_version, ".", "").substr(0, 3);
  const facts::TorchRelease* release = facts::find_torch(*parsed, variant, architecture);
  if (!release || release->sass.empty()) return {};
  source = fmt::format("facts: torch {}+{}", release->release, release->variant);
  return code_images_from_facts(release->sass, release->ptx);
}

// What torch says when cudaGetDeviceCount fails (c10/cuda/CUDAFunctions.cpp, torch/cuda/__init__.py).
std::string init_log_line(std::int64_t code) {
  switch (code) {
    case 100:
      return "RuntimeError: No CUDA GPUs are available";
    case 3:
      return "CUDA driver initialization failed, you might not have a CUDA gpu.";
    case 999:
      return "CUDA initialization: CUDA unknown error - this may be due to an incorrectly set up environment";
    default: {
      const facts::ErrorCode* error = facts::find_driver_error(static_cast<int>(code));
      return fmt::format("CUDA initialization: Unexpected error from cudaGetDeviceCount(). ... Error {}: {}", code,
                         error ? error->meaning : "unknown");
    }
  }
}

Fact<std::int64_t> device_count(const Snapshot& snapshot, const DriverAnswers* driver, const Gate& nvml,
                                const Fact<std::int64_t>& runtime_count) {
  // When cudaGetDeviceCount fails, device_count() falls to 0 only where NVML does not answer.
  Fact<std::int64_t> by_runtime = runtime_count;
  const std::string* value = snapshot.variable("CUDA_VISIBLE_DEVICES");
  VisibleDevices visible = parse_visible_devices(value ? std::optional<std::string_view>(*value) : std::nullopt);
  if (visible.ordinals.empty() && visible.uuids.empty())
    return Fact<std::int64_t>::known(0, {Source::env, "CUDA_VISIBLE_DEVICES", value ? *value : ""});
  if (nvml.state == GateState::unknown) return Fact<std::int64_t>::unknown(Why::not_probed, nvml.summary);
  if (nvml.state != GateState::passed || !driver || !driver->nvml_count.is_known()) return by_runtime;
  std::vector<std::string> uuids = driver->nvml_uuids.is_known() ? *driver->nvml_uuids : std::vector<std::string>{};
  auto count = count_by_nvml(visible, *driver->nvml_count, uuids);
  return count ? Fact<std::int64_t>::known(*count, driver->nvml_count.evidence()) : by_runtime;
}

}  // namespace

Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build) {
  Process process(snapshot, environment);
  replay_import(snapshot, environment, build, process);
  return open_libcuda(process);
}

namespace {

// The gates behind cudaGetDeviceCount, which is what is_available() asks.
void play_runtime(const Snapshot& snapshot, const FrameworkBuild& build, Process& process, Prediction& prediction) {
  Resolution libcuda = open_libcuda(process);
  const DriverAnswers* driver = find_driver(snapshot, libcuda);
  prediction.libcuda = libcuda.is_found() ? libcuda.real_path : "";
  prediction.gates.push_back(libcuda_gate(snapshot, libcuda, "RuntimeError: Found no NVIDIA driver on your system."));
  Gate version_gate = driver_version_gate(driver, build.cuda_version);
  if (version_gate.state == GateState::failed)
    version_gate.log_line =
        fmt::format("RuntimeError: The NVIDIA driver on your system is too old (found version {}).", *version_gate.code);
  Gate init = init_gate(driver);
  if (init.state == GateState::failed && init.code) init.log_line = init_log_line(*init.code);
  Gate count = count_gate(driver);
  if (count.state == GateState::failed) count.log_line = init_log_line(100);
  close_behind(prediction.gates.back(), {&version_gate, &init, &count});
  prediction.gates.insert(prediction.gates.end(), {version_gate, init, count});

  prediction.gates.push_back(nvml_gate(snapshot, find_nvml_driver(snapshot, driver), process.peek("libnvidia-ml.so.1", ""), false));
  if (prediction.gates.back().state == GateState::degraded) prediction.gates.back().log_line = "UserWarning: Can't initialize NVML";
  if (auto parts = cudnn_parts_gate(process)) prediction.gates.push_back(*parts);
  std::string source;
  std::vector<std::string> images = architectures_of(build, snapshot, source);
  ArchitectureAnswer architecture = architecture_gate(driver, build, images, source);
  if (architecture.gate.state == GateState::failed || architecture.gate.state == GateState::degraded)
    architecture.gate.log_line = "CUDA error: no kernel image is available for execution on the device";
  prediction.gates.push_back(architecture.gate);
  prediction.usable_gpus = architecture.usable;
}

// PYTORCH_NVML_BASED_CUDA_CHECK=1: is_available() asks device_count(), so NVML, and not the runtime (torch/cuda/__init__.py).
bool asks_nvml_for_availability(const Snapshot& snapshot) {
  const std::string* value = snapshot.variable("PYTORCH_NVML_BASED_CUDA_CHECK");
  return value && *value == "1";
}

// sees_gpus and the answer of each call, from the gates.
void answer_calls(const Snapshot& snapshot, Prediction& prediction) {
  bool failed = false, open = false;
  for (const Gate& gate : prediction.gates) {
    bool decides = gate.name != "nvml-init" && gate.name != "open-cudnn-parts" && gate.name != "architecture";
    failed |= decides && gate.state == GateState::failed;
    open |= decides && gate.state == GateState::unknown;
  }
  const Gate* count = prediction.find_gate("device-count");
  Fact<std::int64_t> runtime_count = failed ? Fact<std::int64_t>::known(0)
                                     : open || !count || !count->code
                                         ? Fact<std::int64_t>::unknown(Why::not_probed, "the driver was not asked")
                                         : Fact<std::int64_t>::known(*count->code);
  Call available{"torch.cuda.is_available()", runtime_count, true};
  if (runtime_count.is_known()) available.answer = Fact<std::int64_t>::known(*runtime_count > 0);
  prediction.sees_gpus = runtime_count;
  Call listed{"torch.cuda.device_count()", runtime_count, false};
  const Gate* build = prediction.find_gate("cuda-build");
  const Gate* nvml = prediction.find_gate("nvml-init");
  if (nvml && build->state != GateState::failed) {
    const DriverAnswers* driver = find_nvml_driver(snapshot, find_driver(snapshot, prediction.libcuda));
    listed.answer = device_count(snapshot, driver, *nvml, runtime_count);
  }
  // Its own list is device_count()'s, which may be shorter than the driver's: the two read CUDA_VISIBLE_DEVICES each in its own way.
  if (runtime_count.is_known() && *runtime_count > 0 && listed.answer.is_known()) prediction.sees_gpus = listed.answer;
  if (asks_nvml_for_availability(snapshot)) {
    prediction.sees_gpus = available.answer = listed.answer;
    if (listed.answer.is_known()) available.answer = Fact<std::int64_t>::known(*listed.answer > 0);
  }
  prediction.calls = {available, listed};
  if (runtime_count.is(std::int64_t{0})) prediction.usable_gpus = runtime_count;
  else if (prediction.usable_gpus.is_known() && runtime_count.is_known())
    prediction.usable_gpus = Fact<std::int64_t>::known(std::min(*prediction.usable_gpus, *runtime_count));
}

}  // namespace

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process) {
  Prediction prediction;
  std::optional<Gate> raised = replay_import(snapshot, environment, build, process);
  prediction.gates.push_back(raised ? *raised : import_gate(snapshot, process, environment, build));
  bool raises = prediction.gates.back().state == GateState::failed;
  prediction.gates.push_back(build_gate(build));
  bool has_cuda = prediction.gates.back().state != GateState::failed;
  if (has_cuda) play_runtime(snapshot, build, process, prediction);
  answer_calls(snapshot, prediction);
  if (raises) {
    prediction.outcome = Outcome::raises;
    prediction.calls.clear();
  }
  conclude(prediction);
  return prediction;
}

}  // namespace gpuwhy::frameworks::torch
