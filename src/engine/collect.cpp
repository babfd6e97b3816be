#include "engine/collect.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/path.h"
#include "base/text.h"
#include "facts/facts.h"
#include "frameworks/predict.h"
#include "probes/compiler_files/compiler_files.h"
#include "probes/container_tools/container_tools.h"
#include "probes/cuda_libraries/library_table.h"
#include "probes/device_code/device_code.h"
#include "probes/device_nodes/device_nodes.h"
#include "probes/driver_call/driver_answers.h"
#include "probes/driver_call/process_names.h"
#include "probes/environment/environment.h"
#include "probes/framework_builds/framework_builds.h"
#include "probes/host/host.h"
#include "probes/kernel_log/kernel_log.h"
#include "probes/kernel_module/kernel_module.h"
#include "probes/package_records/package_records.h"
#include "probes/pci_bus/pci_bus.h"
#include "probes/platform/platform.h"
#include "probes/python_sites/python_sites.h"
#include "probes/running_process/running_process.h"
#include "probes/startup_code/startup_code.h"

namespace gpuwhy {

namespace {

constexpr std::size_t driver_conversations_at_most = 4;

std::string_view words(Machine::Basis basis) {
  switch (basis) {
    case Machine::Basis::root_folder:
      return "root";
    case Machine::Basis::invented:
      return "invented";
    case Machine::Basis::live:
      break;
  }
  return "live";
}

// The libraries that NVIDIA's wheels put beside a framework: SITE/nvidia/NAME/lib. torch searches these folders by itself, and a cure can
// name a file there that the loader never meets.
std::vector<std::string> wheel_files(Machine& machine, const std::string& site) {
  std::vector<std::string> files;
  std::string wheels = path::join(site, "nvidia");
  auto names = machine.list(wheels);
  if (!names) return files;
  for (const std::string& name : *names) {
    std::string folder = wheels + "/" + name + "/lib";
    auto libraries = machine.list(folder);
    if (!libraries) continue;
    for (const std::string& library : *libraries)
      if (library.starts_with("lib") && library.find(".so.") != std::string::npos) files.push_back(folder + "/" + library);
  }
  return files;
}

// What the loader is asked for: the programs and objects that are mapped, and the names that are opened by dlopen.
LibraryRoots library_roots(Machine& machine, const Snapshot& snapshot) {
  LibraryRoots roots;
  std::set<std::string> names = {"libcuda.so.1", "libnvidia-ml.so.1", "libnvidia-ptxjitcompiler.so.1"}, sites;
  for (const facts::FrameworkLibrary& library : facts::framework_libraries())
    for (std::string_view soname : split(library.soname, ';'))
      if (soname.find(".so") != std::string_view::npos) names.emplace(trim(soname));
  for (std::string_view part : {"graph", "ops", "cnn"}) names.insert(fmt::format("libcudnn_{}.so.9", part));
  for (std::string_view part : {"ops", "cnn"}) names.insert(fmt::format("libcudnn_{}_infer.so.8", part));
  for (const PythonEnvironment& environment : snapshot.environments) {
    if (!environment.program.empty()) roots.programs.push_back(environment.program);
    for (const FrameworkBuild& build : environment.frameworks)
      roots.objects.insert(roots.objects.end(), build.objects.begin(), build.objects.end());
    if (environment.frameworks.empty() || !environment.search_path.is_known()) continue;
    sites.insert(environment.search_path->begin(), environment.search_path->end());
  }
  // The driver's files under their own names (libcuda.so.570.124.06): where the link of the soname is missing, they tell why.
  for (std::string_view folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"}) {
    auto files = machine.list(std::string(folder));
    if (!files) continue;
    for (const std::string& file : *files)
      if (file.starts_with("libcuda.so.") || file.starts_with("libnvidia-ml.so.")) names.insert(file);
  }
  for (const std::string& site : sites) {
    for (std::string& file : wheel_files(machine, site)) {
      names.emplace(path::filename(file));
      roots.objects.push_back(std::move(file));
    }
  }
  roots.names.assign(names.begin(), names.end());
  return roots;
}

std::vector<std::string> as_lines(const std::vector<Variable>& variables) {
  std::vector<std::string> lines;
  for (const Variable& variable : variables) lines.push_back(variable.name + "=" + variable.value);
  return lines;
}

// Absent nodes that a set-uid nvidia-modprobe would create, and a module that it would load: a framework's first call changes the machine
// so; ours must not, and without that change the driver's answer would not be the framework's. So the driver is not asked.
bool asking_would_create_nodes(const Snapshot& snapshot) {
  const DeviceNodes& nodes = snapshot.device_nodes;
  if (!nodes.modprobe_setuid.is(true) || !nodes.nodes.is_known()) return false;
  const KernelModule& module = snapshot.kernel_module;
  bool on_disk = module.files.is_known() && snapshot.host.kernel_release.is_known() &&
                 std::ranges::any_of(*module.files, [&](const ModuleFile& file) { return file.kernel == *snapshot.host.kernel_release; });
  bool has_card = snapshot.pci.display.is_known() &&
                  std::ranges::any_of(*snapshot.pci.display, [](const PciFunction& f) { return f.vendor == 0x10de; });
  if (!has_card || (!module.loaded.is(true) && !on_disk)) return false;
  auto has = [&](std::string_view path) {
    return std::ranges::any_of(*nodes.nodes, [&](const DeviceNode& node) { return node.path == path; });
  };
  return !has("/dev/nvidiactl") || !has("/dev/nvidia0") || !has("/dev/nvidia-uvm");
}

// The kernel loads a module by itself when a node is opened whose major nobody serves (the module's alias char-major-195-*).
bool opening_would_load_module(const Snapshot& snapshot, const DeviceNode& node) {
  constexpr std::int64_t nvidia_major = 195;
  if (node.major != nvidia_major || !snapshot.device_nodes.majors.is_known()) return false;
  return std::ranges::none_of(*snapshot.device_nodes.majors, [](const auto& entry) { return entry.second == nvidia_major; });
}

ProbeRequest make_request(Machine& machine, const Snapshot& snapshot, const CollectOptions& options) {
  ProbeRequest request;
  if (!snapshot.environments.empty()) request.loader = snapshot.environments.front().loader;
  request.environment = as_lines(machine.environment());
  if (snapshot.device_nodes.nodes.is_known())
    for (const DeviceNode& node : *snapshot.device_nodes.nodes)
      if (!opening_would_load_module(snapshot, node)) request.nodes.push_back(node.path);
  request.step_deadline = options.step_deadline;
  request.first_init_deadline = options.first_init_deadline;
  return request;
}

void ask_driver(Machine& machine, const CollectOptions& options, Snapshot& snapshot) {
  ProbeRequest request = make_request(machine, snapshot, options);
  ProbeRun run;
  if (!options.ask_driver) {
    run.detail = "not asked: --no-probe";
  } else {
    if (asking_would_create_nodes(snapshot)) {
      request.libcuda.clear();
    } else {
      request.libcuda = "libcuda.so.1";
      request.nvml = "libnvidia-ml.so.1";
    }
    run = machine.run_probe(request);
  }
  DriverAnswers answers = parse_driver_answers(run, request.libcuda);
  if (options.ask_driver && request.libcuda.empty()) {
    answers.end = "not run";
    answers.end_detail = "not asked: device files are absent and nvidia-modprobe would create them at the first use";
  }
  name_nvml_processes(machine, answers);
  snapshot.drivers.push_back(std::move(answers));
  if (snapshot.device_nodes.nodes.is_known()) apply_open_results(run, snapshot.device_nodes.nodes.edit());
}

// A framework whose own search path leads to another libcuda than the plain one talks to that one.
void ask_other_drivers(Machine& machine, const CollectOptions& options, Snapshot& snapshot) {
  if (!options.ask_driver || snapshot.drivers.front().end == "not run") return;
  for (std::size_t i = 0; i < snapshot.environments.size(); ++i) {
    if (!snapshot.environments[i].active) continue;
    for (const FrameworkBuild& build : snapshot.environments[i].frameworks) {
      std::string file = driver_file(snapshot, i, build);
      bool known = file.empty() || std::ranges::any_of(snapshot.drivers, [&](const DriverAnswers& d) {
                     return d.loaded_libcuda.is(file) || d.libcuda == file;
                   });
      if (known || snapshot.drivers.size() >= driver_conversations_at_most) continue;
      ProbeRequest request = make_request(machine, snapshot, options);
      request.loader = snapshot.environments[i].loader;
      request.nodes.clear();
      request.libcuda = file;
      request.nvml = "libnvidia-ml.so.1";
      snapshot.drivers.push_back(parse_driver_answers(machine.run_probe(request), file));
    }
  }
}

// What is said of the user's own environment holds for a process's (`process` is not null) by looking through its eyes.
Result<Snapshot> collect_as(Machine& machine, const CollectOptions& options, const RunningProcess* process) {
  Snapshot snapshot;
  snapshot.meta = {options.tool_version, std::string(facts::as_of()), std::string(words(machine.basis())), {}};
  probe_host(machine, snapshot);
  probe_environment(machine, snapshot);
  probe_pci_bus(machine, snapshot);
  probe_kernel_module(machine, snapshot);
  probe_device_nodes(machine, snapshot);
  probe_kernel_log(machine, snapshot);
  probe_platform(machine, snapshot);
  probe_container_tools(machine, snapshot);
  snapshot.process = Fact<ObservedProcess>::absent();

  snapshot.environments = probe_python_environments(machine, {options.interpreters, options.find_other_environments});
  for (const PythonEnvironment& environment : snapshot.environments) {
    bool named = !options.interpreters.empty() && environment.active;
    auto info = machine.lstat(environment.interpreter);
    if (named && !info) return fail(fmt::format("--python {}: {}", printable(environment.interpreter), info.error().detail));
  }
  for (PythonEnvironment& environment : snapshot.environments) {
    probe_framework_builds(machine, environment);
    probe_startup_code(machine, environment);
    probe_package_records(machine, environment);
    probe_compiler_files(machine, snapshot, environment);
  }
  probe_libraries(machine, library_roots(machine, snapshot), snapshot);
  if (process) apply_running_process(*process, snapshot);
  probe_device_code(machine, options.deep, snapshot);

  ask_driver(machine, options, snapshot);
  ask_other_drivers(machine, options, snapshot);
  return snapshot;
}

}  // namespace

Result<Snapshot> collect(Machine& machine, const CollectOptions& options) {
  if (!options.pid) return collect_as(machine, options, nullptr);
  auto process = open_running_process(machine, *options.pid);
  if (!process) return fail(process.error().message);
  CollectOptions inside = options;
  bool is_told = inside.interpreters.empty() && !process->interpreter.empty();
  if (is_told) inside.interpreters = {process->interpreter};
  auto snapshot = collect_as(*process->machine, inside, &*process);
  if (!snapshot || !is_told) return snapshot;
  for (PythonEnvironment& environment : snapshot->environments)
    if (environment.active) environment.chosen_by = fmt::format("--pid {}", *options.pid);
  return snapshot;
}

}  // namespace gpuwhy
