#include "frameworks/tensorflow/tensorflow.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "facts/facts.h"
#include "frameworks/architecture.h"
#include "frameworks/common/gates.h"

namespace gpuwhy::frameworks::tensorflow {

namespace {

Version release_of(const FrameworkBuild& build) {
  auto parsed = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  return parsed ? *parsed : version("2.20");
}

// The object that calls dlopen: its RUNPATH is the one that counts (framework_libs.tsv, column `object`).
std::string_view caller_of(const Version& release) {
  return release >= version("2.12") ? "libtensorflow_framework.so.2" : "_pywrap_tensorflow_internal.so";
}

// The major version that the build names, else that of the release in the tables; nothing when neither tells.
std::optional<int> major_of(const Fact<std::string>& by_build, std::string_view by_release) {
  auto parsed = Version::parse(by_build.is_known() ? std::string_view(*by_build) : by_release);
  return parsed ? std::optional(parsed->major()) : std::nullopt;
}

std::string init_log_line(const Version& release, std::int64_t code) {
  // TensorFlow asks the driver for the name: without a driver, or with the toolkit's stub (34), nobody tells it one.
  std::string words = code == 303 || code == 34 ? fmt::format("UNKNOWN ERROR ({})", code) : driver_error_words(code);
  return release >= version("2.18") ? fmt::format("failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: {}", words)
                                    : fmt::format("failed call to cuInit: {}", words);
}

std::string missing_library_line(const Version& release, const Resolution& library) {
  if (release < version("2.12"))
    return fmt::format("Could not load dynamic library '{}'; dlerror: {}", library.name, library.root_failure().loader_message());
  if (library.name.starts_with("libcudart")) return "Could not find cuda drivers on your machine, GPU will not be used.";
  return "Cannot dlopen some GPU libraries. Please make sure the missing libraries mentioned above are installed properly if you would "
         "like to use GPU.";
}

std::string gate_name(const std::string& soname) {
  std::string name = soname.substr(3, soname.find('.') - 3);  // "libcudnn.so.9" -> "cudnn"
  return "open-" + to_lower(name);
}

// 2.21 asks cuDNN for its version while it lists. The shim aborts the process when the part that answers is missing (oracle:
// no-cudnn-graph).
std::optional<Gate> cudnn_graph_gate(Process& process, const Version& release, int cudnn_major, const std::string& cudnn) {
  if (cudnn_major < 9) return std::nullopt;
  const loader::Object* shim = process.map().find_loaded(cudnn);
  if (!shim || !shim->file) return std::nullopt;
  std::string name = fmt::format("libcudnn_graph.so.{}", cudnn_major);
  Resolution part = process.peek(name, path::filename(shim->file->path));
  return library_gate("open-cudnn-graph", Layer::cuda_libraries, part, release >= version("2.21"),
                      "Invalid handle. Cannot load symbol cudnnGetProperty");
}

void open_libraries(Process& process, const FrameworkBuild& build, const Version& release, Prediction& prediction) {
  const facts::TensorflowRelease* row = facts::find_tensorflow(release);
  std::optional<int> cuda_major = major_of(build.cuda_version, row ? row->cuda : ""),
                     cudnn_major = major_of(build.cudnn_version, row ? row->cudnn : "");
  if (!cuda_major || !cudnn_major) {
    Gate gate;
    gate.name = "open-cudart", gate.layer = Layer::cuda_libraries, gate.state = GateState::unknown;
    gate.summary = "which CUDA libraries this build opens is not known";
    prediction.gates.push_back(gate);
    return;
  }
  std::string cudnn;
  for (const std::string& soname : required_libraries(*cuda_major, *cudnn_major, release)) {
    Resolution opened = process.open(soname, caller_of(release));
    prediction.gates.push_back(library_gate(gate_name(soname), Layer::cuda_libraries, opened, true, missing_library_line(release, opened)));
    if (soname.starts_with("libcudnn.")) cudnn = soname;
  }
  if (auto graph = cudnn_graph_gate(process, release, *cudnn_major, cudnn)) prediction.gates.push_back(*graph);
}

// TensorFlow's words for its build: "compute_90" asks the compiler for machine code and PTX, "sm_90" for machine code alone (configure.py).
std::vector<std::string> with_code_beside_ptx(const std::vector<std::string>& words) {
  std::vector<std::string> images;
  for (const std::string& word : words) {
    std::string code = replace_all(word, "compute_", "sm_");
    if (std::ranges::find(images, code) == images.end()) images.push_back(code);
    if (code != word) images.push_back(word);
  }
  return images;
}

std::vector<std::string> architectures_of(const FrameworkBuild& build, const Version& release, std::string& source) {
  if (build.architectures.is_known()) {
    source = build.architectures.evidence().locator;
    return with_code_beside_ptx(*build.architectures);
  }
  const facts::TensorflowRelease* row = facts::find_tensorflow(release);
  if (!row || row->sass.empty()) return {};
  source = fmt::format("facts: tensorflow {}", row->release);
  return code_images_from_facts(row->sass, row->ptx);
}

void play_driver(const Snapshot& snapshot, const FrameworkBuild& build, const Version& release, Process& process, Prediction& prediction) {
  Resolution libcuda = process.open("libcuda.so.1", caller_of(release));
  const DriverAnswers* driver = find_driver(snapshot, libcuda);
  prediction.libcuda = libcuda.is_found() ? libcuda.real_path : "";
  // A libcuda that is missing or broken reads as the made-up code 303 in every version.
  std::string no_libcuda = release < version("2.12") ? missing_library_line(release, libcuda) : init_log_line(release, 303);
  prediction.gates.push_back(libcuda_gate(snapshot, libcuda, no_libcuda));
  if (prediction.gates.back().state == GateState::failed) prediction.gates.back().log_line = no_libcuda;
  Gate init = init_gate(driver);
  if (init.state == GateState::failed && init.code) init.log_line = init_log_line(release, *init.code);
  Gate count = count_gate(driver);
  Gate version_gate = driver_version_gate(driver, build.cuda_version);
  close_behind(prediction.gates.back(), {&init, &count, &version_gate});
  prediction.gates.insert(prediction.gates.end(), {init, count, version_gate});
  // 2.21 gives up in silence where NVML does not answer; earlier releases do not ask it.
  if (release >= version("2.21"))
    prediction.gates.push_back(
        nvml_gate(snapshot, find_nvml_driver(snapshot, driver), process.peek("libnvidia-ml.so.1", caller_of(release)), true));
}

void play_first_kernel(const Snapshot& snapshot, const FrameworkBuild& build, const Version& release, Prediction& prediction) {
  const DriverAnswers* driver = find_driver(snapshot, prediction.libcuda);
  std::string source;
  std::vector<std::string> images = architectures_of(build, release, source);
  ArchitectureAnswer architecture = architecture_gate(driver, build, images, source);
  if (architecture.gate.state == GateState::failed || architecture.gate.state == GateState::degraded)
    architecture.gate.log_line = "TensorFlow was not built with CUDA kernel binaries compatible with compute capability";
  prediction.gates.push_back(architecture.gate);
  prediction.usable_gpus = architecture.usable;
}

// What list_physical_devices('GPU') returns: nothing when a gate before the list fails. The driver's age and the architecture stop only the
// work.
void answer_listing(Prediction& prediction) {
  bool failed = false, open = false, aborts = false;
  for (const Gate& gate : prediction.gates) {
    if (gate.name == "driver-version" || gate.name == "architecture") continue;
    if (gate.name == "open-cudnn-graph" && gate.state == GateState::failed && !failed && !open) aborts = true;
    // libcudart alone is opened while TensorFlow is imported, before the driver is asked (recorded with 2.18 and 2.20).
    if (gate.name == "open-cudart" && gate.library) aborts |= gate.library->root_failure().state == ResolutionState::process_dies;
    failed |= gate.state == GateState::failed;
    open |= gate.state == GateState::unknown;
  }
  const Gate* count = prediction.find_gate("device-count");
  if (failed) prediction.sees_gpus = Fact<std::int64_t>::known(0);
  else if (open || !count || !count->code) prediction.sees_gpus = Fact<std::int64_t>::unknown(Why::not_probed, "the driver was not asked");
  else prediction.sees_gpus = Fact<std::int64_t>::known(*count->code);
  if (aborts) prediction.outcome = Outcome::aborts;

  const Gate* version_gate = prediction.find_gate("driver-version");
  if (prediction.sees_gpus.is(std::int64_t{0}) || (version_gate && version_gate->state == GateState::failed))
    prediction.usable_gpus = Fact<std::int64_t>::known(0);
  prediction.calls = {{"tf.config.list_physical_devices('GPU')", prediction.sees_gpus, false}};
}

}  // namespace

std::vector<std::string> required_libraries(int cuda_major, int cudnn_major, const Version& release) {
  bool eleven = cuda_major == 11;
  std::vector<std::string> names = {eleven ? "libcudart.so.11.0" : fmt::format("libcudart.so.{}", cuda_major),
                                    fmt::format("libcublas.so.{}", cuda_major), fmt::format("libcublasLt.so.{}", cuda_major),
                                    eleven ? "libcufft.so.10" : fmt::format("libcufft.so.{}", cuda_major - 1)};
  if (release < version("2.12")) names.push_back("libcurand.so.10");
  names.push_back(cuda_major >= 13 ? "libcusolver.so.12" : "libcusolver.so.11");
  names.push_back(eleven ? "libcusparse.so.11" : "libcusparse.so.12");
  names.push_back(fmt::format("libcudnn.so.{}", cudnn_major));
  return names;
}

Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build) {
  Process process(snapshot, environment);
  if (process.has_program()) process.load(build.objects);
  return process.open("libcuda.so.1", caller_of(release_of(build)));
}

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process) {
  Prediction prediction;
  Version release = release_of(build);
  if (process.has_program()) process.load(build.objects);
  prediction.gates.push_back(import_gate(snapshot, process, environment, build));
  bool raises = prediction.gates.back().state == GateState::failed;
  prediction.gates.push_back(build_gate(build));
  if (prediction.gates.back().state != GateState::failed) {
    play_driver(snapshot, build, release, process, prediction);
    open_libraries(process, build, release, prediction);
    play_first_kernel(snapshot, build, release, prediction);
  }
  answer_listing(prediction);
  if (raises) {
    prediction.outcome = Outcome::raises;
    prediction.calls.clear();
  }
  conclude(prediction);
  return prediction;
}

}  // namespace gpuwhy::frameworks::tensorflow
