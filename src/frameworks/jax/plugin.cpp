#include "frameworks/jax/plugin.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "facts/facts.h"
#include "frameworks/common/gates.h"

namespace gpuwhy::frameworks::jax {

namespace {

// Module of the wheels below nvidia/, and the files in its folder lib, in the order of the plugin.
struct Preload {
  std::string_view module, library;
};
constexpr std::array<Preload, 20> preloads = {
    {{"cuda_runtime", "libcudart.so.12"}, {"cu13", "libcudart.so.13"},       {"cuda_nvrtc", "libnvrtc.so.12"},
     {"cu13", "libnvrtc.so.13"},          {"cublas", "libcublas.so.12"},     {"cublas", "libcublasLt.so.12"},
     {"cu13", "libcublas.so.13"},         {"cu13", "libcublasLt.so.13"},     {"nccl", "libnccl.so.2"},
     {"cuda_cupti", "libcupti.so.12"},    {"cu13", "libcupti.so.13"},        {"cusparse", "libcusparse.so.12"},
     {"cu13", "libcusparse.so.12"},       {"cusolver", "libcusolver.so.11"}, {"cu13", "libcusolver.so.12"},
     {"cufft", "libcufft.so.11"},         {"cu13", "libcufft.so.12"},        {"nvshmem", "libnvshmem_host.so.3"},
     {"cudnn", "libcudnn.so.9"},          {"cudnn", "libcudnn.so.8"}}};

// What the version checks ask, in their order, and what JAX calls it.
struct Check {
  std::string_view gate, component;
  std::string soname;
};

std::vector<Check> checks_of(int cuda_major, int cudnn_major) {
  bool eleven = cuda_major == 11;
  return {{"open-cudart", "CUDA", eleven ? "libcudart.so.11.0" : fmt::format("libcudart.so.{}", cuda_major)},
          {"open-cudnn", "cuDNN", fmt::format("libcudnn.so.{}", cudnn_major)},
          {"open-cufft", "cuFFT", eleven ? "libcufft.so.10" : fmt::format("libcufft.so.{}", cuda_major - 1)},
          {"open-cupti", "cuPTI", eleven ? "libcupti.so.11.8" : fmt::format("libcupti.so.{}", cuda_major)},
          {"open-cublas", "cuBLAS", fmt::format("libcublas.so.{}", cuda_major)},
          {"open-cusparse", "cuSPARSE", eleven ? "libcusparse.so.11" : "libcusparse.so.12"}};
}

int major_or(const Fact<std::string>& words, int otherwise) {
  auto parsed = words.is_known() ? Version::parse(*words) : std::nullopt;
  return parsed ? parsed->major() : otherwise;
}

bool kills(const Resolution& resolution) { return resolution.root_failure().state == ResolutionState::process_dies; }

Gate make_gate(std::string name, GateState state, std::string summary, Evidence evidence) {
  Gate gate;
  gate.name = std::move(name);
  gate.layer = Layer::framework_build;
  gate.state = state;
  gate.summary = std::move(summary);
  gate.evidence.push_back(std::move(evidence));
  return gate;
}

std::string told_by_plugin(int major, std::string_view message) {
  return fmt::format("Jax plugin configuration error: Exception when calling jax_plugins.xla_cuda{}.initialize(): {}", major, message);
}

// A distribution that was built for another Python: whether its modules load there nobody can tell from their files.
std::string built_for_another_python(const PythonEnvironment& environment) {
  for (const std::string& note : environment.notes)
    if (note.starts_with("jax-cuda") && note.find(" was built for ") != std::string::npos) return note;
  return {};
}

// "cuda-plugin": both halves are there, and only one plugin is.
Gate plugin_gate(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, const Objects& objects,
                 bool is_checked) {
  std::vector<int> clients = majors_of(build, "pjrt"), modules = majors_of(build, "plugin");
  int major = major_or(build.cuda_version, 12);
  Evidence evidence = build.accelerator.evidence();
  if (clients.empty())
    return make_gate("cuda-plugin", GateState::failed,
                     fmt::format("jax_plugins/xla_cuda{} (package jax-cuda{}-pjrt) is not there", major, major), evidence);
  const FrameworkPart* client = find_part(build, fmt::format("jax-cuda{}-pjrt", clients.front()));
  evidence = {Source::package, client->folder, fmt::format("{} {}", client->name, client->version)};
  if (objects.client.empty())
    return make_gate("cuda-plugin", GateState::failed, fmt::format("{} holds no xla_cuda_plugin.so", client->folder), evidence);
  if (modules.empty() || objects.versions.empty()) {
    Gate gate = make_gate("cuda-plugin", is_checked ? GateState::failed : GateState::degraded,
                          fmt::format("jax_cuda{}_plugin (package jax-cuda{}-plugin) is not there", major, major), evidence);
    gate.log_line = is_checked ? told_by_plugin(major, "AssertionError") : "cuda_plugin_extension is not found.";
    return gate;
  }
  if (std::string note = built_for_another_python(environment); !note.empty())
    return make_gate("cuda-plugin", GateState::unknown, note, evidence);
  if (clients.size() > 1) {
    // Which of the two registers first is decided by the order of a set of names, which Python shuffles at each start.
    const DriverAnswers* driver = snapshot.drivers.empty() ? nullptr : &snapshot.drivers.front();
    bool either = driver && driver->version.is_known() && *driver->version / 1000 >= clients.front();
    return make_gate(
        "cuda-plugin", either ? GateState::degraded : GateState::unknown,
        fmt::format("two plugins, for CUDA {} and CUDA {}: which one is used changes from start to start", clients[0], clients[1]),
        evidence);
  }
  return make_gate("cuda-plugin", GateState::passed, fmt::format("{} {}", client->name, client->version), evidence);
}

// "open-plugin" and the like of the plugin's own modules.
Gate own_object_gate(std::string name, const Resolution& opened, bool required, int major, std::string_view said) {
  std::string line = said.empty() ? told_by_plugin(major, opened.root_failure().loader_message()) : told_by_plugin(major, said);
  return library_gate(std::move(name), Layer::framework_build, opened, required, line);
}

// Where the part that answers cudnnGetVersion is missing, the shim ends the process (oracle: no-cudnn-graph).
std::optional<Gate> cudnn_graph_gate(Process& process, int cudnn_major, bool is_checked) {
  const loader::Object* shim = process.map().find_loaded(fmt::format("libcudnn.so.{}", cudnn_major));
  if (cudnn_major < 9 || !shim || !shim->file) return std::nullopt;
  Resolution part = process.peek(fmt::format("libcudnn_graph.so.{}", cudnn_major), path::filename(shim->file->path));
  return library_gate("open-cudnn-graph", Layer::cuda_libraries, part, is_checked, "Invalid handle. Cannot load symbol cudnnGetVersion");
}

std::string version_of_package(const PythonEnvironment& environment, std::string_view prefix) {
  if (!environment.packages.is_known()) return {};
  for (const Package& package : *environment.packages)
    if (package.name.starts_with(prefix)) return package.version;
  return {};
}

// Two versions of cuDNN compute wrong numbers, and the plugin refuses them. The version is that of the package whose folder the file is in.
std::optional<Gate> refused_cudnn_gate(const PythonEnvironment& environment, const Gate& cudnn, const DriverAnswers* driver) {
  if (!cudnn.library || !cudnn.library->is_found() || cudnn.library->path.find("/nvidia/cudnn/") == std::string::npos) return std::nullopt;
  std::string here = version_of_package(environment, "nvidia-cudnn-cu");
  auto found = Version::parse(here);
  if (!found) return std::nullopt;
  bool reordered = found->major() == 9 && found->minor() == 10 && found->number(2) == 0;
  auto cublas = Version::parse(version_of_package(environment, "nvidia-cublas"));
  bool several = driver && driver->count.is_known() && *driver->count > 1;
  bool wrong_on_several = several && cublas && *cublas >= version("12.9") && *found < version("9.10.1");
  if (!reordered && !wrong_on_several) return std::nullopt;
  Gate gate = make_gate("cudnn-refused", GateState::failed, fmt::format("JAX refuses cuDNN {} here: it computes wrong numbers", here),
                        {Source::package, "nvidia-cudnn", here});
  gate.layer = Layer::cuda_libraries;
  gate.log_line = reordered ? "cuDNN 9.10.0 had a binary backward-compatibility issue due to reordered enum values"
                            : fmt::format("cuDNN < 9.10.0 ({} found) had an issue that caused some multi-GPU matmuls", here);
  return gate;
}

// The driver says the name of a code; libcuda that is missing, broken or a stub does not.
std::string init_line(int major, std::int64_t code) {
  const facts::ErrorCode* error = facts::find_driver_error(static_cast<int>(code));
  bool nameless = code == 303 || code == 34 || !error || error->symbol.empty();
  std::string words = nameless ? fmt::format(
                                     "Unknown CUDA error {}; cuGetErrorName failed. This probably means that JAX was unable to "
                                     "load the CUDA libraries.",
                                     code)
                               : std::string(error->symbol);
  return told_by_plugin(major, fmt::format("operation cuInit(0) failed: {}", words));
}

void check_versions(const FrameworkBuild& build, bool is_checked, Process& process, PluginStart& start) {
  int major = major_or(build.cuda_version, 12), cudnn_major = major_or(build.cudnn_version, 9);
  std::string caller(path::filename(objects_of(build).versions));
  for (const Check& check : checks_of(major, cudnn_major)) {
    Resolution opened = process.open(check.soname, caller);
    start.dies |= kills(opened);
    std::string line = told_by_plugin(major, fmt::format("Unable to load {}. Is it installed?", check.component));
    start.gates.push_back(library_gate(std::string(check.gate), Layer::cuda_libraries, opened, true, line));
    if (check.gate != "open-cudnn") continue;
    if (auto graph = cudnn_graph_gate(process, cudnn_major, is_checked)) start.gates.push_back(*graph);
  }
}

}  // namespace

bool preload_wheels(const Snapshot& snapshot, const PythonEnvironment& environment, Process& process) {
  if (!environment.search_path.is_known()) return false;
  for (const Preload& preload : preloads)
    for (const std::string& site : *environment.search_path) {
      std::string folder = fmt::format("{}/nvidia/{}/lib", site, preload.module);
      const SearchedFolder* listed = snapshot.libraries.find_folder(folder);
      if (!listed || !listed->names.is_known()) continue;
      if (std::ranges::find(*listed->names, preload.library) != listed->names->end() &&
          kills(process.open(fmt::format("{}/{}", folder, preload.library), "")))
        return true;
      break;  // the first folder of sys.path that has the module
    }
  return false;
}

Resolution open_libcuda(const FrameworkBuild& build, Process& process) {
  Objects objects = objects_of(build);
  const std::string& caller = objects.versions.empty() ? objects.client : objects.versions;
  bool mapped = !caller.empty() && std::ranges::any_of(process.map().objects(), [&](const loader::Object& object) {
    return object.file && path::filename(object.file->path) == path::filename(caller);
  });
  return process.open("libcuda.so.1", mapped ? path::filename(caller) : std::string_view());
}

PluginStart start_plugin(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, bool is_checked,
                         Process& process) {
  PluginStart start;
  Objects objects = objects_of(build);
  int major = major_or(build.cuda_version, 12);
  bool monolithic = is_monolithic(build);
  if (!monolithic) start.gates.push_back(plugin_gate(snapshot, environment, build, objects, is_checked));
  for (const std::string& file : {objects.versions, objects.extension}) {
    if (file.empty()) continue;
    Resolution opened = process.open(file, "");
    start.dies |= kills(opened);
    if (!opened.is_found()) start.gates.push_back(own_object_gate("open-plugin", opened, is_checked, major, "AssertionError"));
  }
  start.dies |= preload_wheels(snapshot, environment, process);
  bool has_modules = !objects.versions.empty() && process.peek("libc.so.6", path::filename(objects.versions)).is_found();
  if (has_modules) check_versions(build, is_checked, process, start);
  start.libcuda = open_libcuda(build, process);
  start.driver = find_driver(snapshot, start.libcuda);
  start.gates.push_back(libcuda_gate(snapshot, start.libcuda, init_line(major, 303)));
  if (start.gates.back().state == GateState::failed) start.gates.back().log_line = init_line(major, 303);
  Gate init = init_gate(start.driver);
  if (init.state == GateState::failed && init.code) init.log_line = init_line(major, *init.code);
  close_behind(start.gates.back(), {&init});
  start.gates.push_back(init);
  if (is_checked)
    for (const Gate& gate : std::vector<Gate>(start.gates))
      if (gate.name == "open-cudnn")
        if (auto refused = refused_cudnn_gate(environment, gate, start.driver)) start.gates.push_back(*refused);
  if (!objects.client.empty()) {
    Resolution opened = process.open(objects.client, "");
    start.dies |= kills(opened);
    start.gates.push_back(own_object_gate("open-client", opened, true, major, ""));
  }
  return start;
}

}  // namespace gpuwhy::frameworks::jax
