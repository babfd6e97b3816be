#include "frameworks/cupy/cupy.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "facts/facts.h"
#include "frameworks/common/gates.h"
#include "frameworks/cupy/runtime_errors.h"
#include "frameworks/cupy/toolkit_libraries.h"

namespace gpuwhy::frameworks::cupy {

namespace {

// import cupy. Returns what Python raises there beside a module that does not load: a library that is there and is none ends the import;
// one that is missing does not.
std::optional<Gate> replay_import(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build,
                                  Process& process) {
  if (!process.has_program()) return std::nullopt;
  if (auto wanted = opened_at_import(build)) {
    Resolution found = find_toolkit_library(snapshot, environment, build, process, *wanted);
    if (found.is_found()) process.open(found.path, "");
    bool ends = found.state == ResolutionState::bad_file || found.state == ResolutionState::process_dies ||
                found.state == ResolutionState::dependency_failed;
    if (ends)
      return library_gate("import", Layer::framework_build, found, true,
                          fmt::format("RuntimeError: Failed to dlopen {}: {}", found.path, found.root_failure().loader_message()));
  }
  process.load(build.objects);
  return std::nullopt;
}

// The runtime lives in the extension module that is imported first.
Resolution open_libcuda(const FrameworkBuild& build, Process& process) {
  return process.open("libcuda.so.1", build.objects.empty() ? "" : path::filename(build.objects.front()));
}

// A build from source does not say its CUDA; the runtime that it is linked with does.
Fact<std::string> cuda_of(const FrameworkBuild& build, const Process& process) {
  if (build.cuda_version.is_known()) return build.cuda_version;
  constexpr std::string_view stem = "libcudart.so.";
  for (const loader::Object& object : process.map().objects()) {
    if (!object.file || !object.file->soname.starts_with(stem)) continue;
    return Fact<std::string>::known(object.file->soname.substr(stem.size()), {Source::elf, object.file->path, object.file->soname});
  }
  return build.cuda_version;
}

std::string raised(std::int64_t code) {
  return fmt::format("CUDARuntimeError: {}: {}", runtime_error_name(code), runtime_error_text(code));
}

// cudaGetDeviceCount: the driver's library, its age, cuInit, the count. It raises at the first that fails.
void play_runtime(const Snapshot& snapshot, const FrameworkBuild& build, Process& process, Prediction& prediction) {
  Resolution libcuda = open_libcuda(build, process);
  const DriverAnswers* driver = find_driver(snapshot, libcuda);
  prediction.libcuda = libcuda.is_found() ? libcuda.real_path : "";
  // No driver at all reads as one that is too old.
  prediction.gates.push_back(libcuda_gate(snapshot, libcuda, raised(insufficient_driver)));
  Gate age = driver_version_gate(driver, cuda_of(build, process)), init = init_gate(driver), count = count_gate(driver);
  close_behind(prediction.gates.back(), {&age, &init, &count});
  if (age.state == GateState::failed) age.log_line = raised(insufficient_driver);
  else if (init.state == GateState::failed && init.code) init.log_line = raised(*init.code);
  else if (count.state == GateState::failed) count.log_line = raised(no_device);
  prediction.gates.insert(prediction.gates.end(), {age, init, count});
}

// What getDeviceCount() gives, from the gates so far.
void answer_listing(Prediction& prediction) {
  bool failed = false, open = false;
  for (const Gate& gate : prediction.gates) {
    failed |= gate.state == GateState::failed;
    open |= gate.state == GateState::unknown;
  }
  const Gate* count = prediction.find_gate("device-count");
  if (failed) prediction.sees_gpus = Fact<std::int64_t>::known(0);
  else if (open || !count || !count->code) prediction.sees_gpus = Fact<std::int64_t>::unknown(Why::not_probed, "the driver was not asked");
  else prediction.sees_gpus = Fact<std::int64_t>::known(*count->code, count->evidence.empty() ? Evidence{} : count->evidence.front());
  prediction.calls = {{"cupy.cuda.runtime.getDeviceCount()", prediction.sees_gpus, false}};
}

// The first kernel compiles with NVRTC for the card (cupy/cuda/compiler.py): for the newest architecture that this NVRTC knows where the
// card is newer, which gives PTX instead of machine code only with CUPY_COMPILE_WITH_PTX=1.
std::vector<std::string> targets_of(const Snapshot& snapshot, const std::string& nvrtc_cuda) {
  auto cuda = Version::parse(nvrtc_cuda);
  const facts::ToolkitTargets* row = cuda ? facts::find_toolkit_targets(facts::cuda_number(*cuda)) : nullptr;
  if (!row) return {};
  const std::string* as_ptx = snapshot.variable("CUPY_COMPILE_WITH_PTX");
  std::vector<std::string> targets;
  for (std::string_view target : split(as_ptx && *as_ptx == "1" ? row->ptx : row->sass, ',')) targets.emplace_back(trim(target));
  return targets;
}

void add_library_gates(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, const Process& process,
                       int cuda_major, Prediction& prediction) {
  for (const ToolkitLibrary& library : function_libraries(cuda_major)) {
    Resolution found = find_toolkit_library(snapshot, environment, build, process, library);
    std::string name = library.soname.substr(3, library.soname.find('.') - 3);  // "libcublas.so.12" -> "cublas"
    prediction.gates.push_back(library_gate("open-" + name, Layer::cuda_libraries, found, false, ""));
  }
}

void play_first_kernel(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, const Process& process,
                       Prediction& prediction) {
  Fact<std::string> cuda = cuda_of(build, process);
  auto major = cuda.is_known() ? Version::parse(*cuda) : std::nullopt;
  Gate nvrtc;
  nvrtc.name = "open-nvrtc", nvrtc.layer = Layer::cuda_libraries, nvrtc.state = GateState::unknown;
  nvrtc.summary = "which CUDA libraries this build opens is not known";
  prediction.usable_gpus = Fact<std::int64_t>::unknown(Why::not_probed, nvrtc.summary);
  if (!major || major->major() < 11) {
    prediction.gates.push_back(nvrtc);
    return;
  }
  ToolkitLibrary wanted = nvrtc_of(major->major());
  Resolution found = find_toolkit_library(snapshot, environment, build, process, wanted);
  std::string line = fmt::format("RuntimeError: CuPy failed to load {}: OSError: {}", wanted.soname, found.loader_message());
  nvrtc = library_gate("open-nvrtc", Layer::cuda_libraries, found, true, prediction.sees_gpus.is(std::int64_t{0}) ? "" : line);
  prediction.gates.push_back(nvrtc);
  add_library_gates(snapshot, environment, build, process, major->major(), prediction);
  if (nvrtc.state != GateState::passed) {
    prediction.usable_gpus =
        nvrtc.state == GateState::failed ? Fact<std::int64_t>::known(0) : Fact<std::int64_t>::unknown(Why::not_probed, nvrtc.summary);
    return;
  }
  std::string release = cuda_of_nvrtc(environment, found);
  ArchitectureAnswer answer = architecture_gate(find_driver(snapshot, prediction.libcuda), targets_of(snapshot, release),
                                                fmt::format("facts: what NVRTC {} compiles for", release));
  if (answer.gate.state == GateState::failed || answer.gate.state == GateState::degraded)
    answer.gate.log_line = "CUDADriverError: CUDA_ERROR_NO_BINARY_FOR_GPU: no kernel image is available for execution on the device";
  prediction.gates.push_back(answer.gate);
  prediction.usable_gpus = answer.usable;
}

}  // namespace

Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build) {
  Process process(snapshot, environment);
  replay_import(snapshot, environment, build, process);
  return open_libcuda(build, process);
}

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process) {
  Prediction prediction;
  std::optional<Gate> import_error = replay_import(snapshot, environment, build, process);
  prediction.gates.push_back(import_error ? *import_error : import_gate(snapshot, process, environment, build));
  bool raises = prediction.gates.back().state == GateState::failed;
  prediction.gates.push_back(build_gate(build));
  bool has_cuda = prediction.gates.back().state != GateState::failed;
  if (has_cuda) play_runtime(snapshot, build, process, prediction);
  answer_listing(prediction);
  if (has_cuda && !raises) play_first_kernel(snapshot, environment, build, process, prediction);
  if (prediction.sees_gpus.is(std::int64_t{0})) prediction.usable_gpus = prediction.sees_gpus;
  else if (prediction.sees_gpus.is_known() && prediction.usable_gpus.is_known())
    prediction.usable_gpus = Fact<std::int64_t>::known(std::min(*prediction.usable_gpus, *prediction.sees_gpus));
  // Where the runtime answers an error, getDeviceCount() raises it.
  bool listing_raises = has_cuda && prediction.sees_gpus.is(std::int64_t{0});
  if (raises || listing_raises) prediction.outcome = Outcome::raises;
  if (raises) prediction.calls.clear();
  conclude(prediction);
  return prediction;
}

}  // namespace gpuwhy::frameworks::cupy
