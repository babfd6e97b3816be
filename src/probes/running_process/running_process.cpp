#include "probes/running_process/running_process.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "probes/environment/environment.h"
#include "probes/host/access.h"
#include "probes/running_process/process_files.h"
#include "probes/running_process/process_machine.h"

namespace gpuwhy {

namespace {

constexpr std::size_t maps_limit = 16 << 20, environment_limit = 8 << 20, command_limit = 1 << 20;
constexpr std::size_t most_descriptors = 65536;
constexpr std::uint64_t ticks_per_second = 100;  // USER_HZ

// A file of the process that exists for each process: that it is "not there" means that the process ended while we looked, not that it maps
// nothing.
template <class T>
Fact<T> unreadable(const AccessError& error, const std::string& path) {
  if (probes::is_missing(error))
    return Fact<T>::unknown(Why::malformed, path + ": the process ended while it was looked at", probes::evidence_at(path));
  return probes::failed<T>(error, path);
}

Fact<std::string> read_executable(Machine& machine, const std::string& folder) {
  auto text = machine.read_link(folder + "/exe");
  if (!text) return unreadable<std::string>(text.error(), folder + "/exe");
  return Fact<std::string>::known(process_files::without_deleted_mark(*text).path, probes::evidence_at(folder + "/exe", *text));
}

Fact<std::vector<std::string>> read_command(Machine& machine, const std::string& folder) {
  using Command = Fact<std::vector<std::string>>;
  std::string file = folder + "/cmdline";
  auto text = machine.read(file, command_limit);
  if (!text) return unreadable<std::vector<std::string>>(text.error(), file);
  return Command::known(process_files::parse_arguments(*text), probes::evidence_at(file));
}

Fact<std::vector<MappedFile>> read_mapped(Machine& machine, const std::string& folder) {
  using Mapped = Fact<std::vector<MappedFile>>;
  std::string file = folder + "/maps";
  auto text = machine.read(file, maps_limit);
  if (!text) return unreadable<std::vector<MappedFile>>(text.error(), file);
  std::vector<MappedFile> mapped = process_files::parse_maps(*text);
  // Every living process maps its own program; the kernel hands out an empty file where it lets us open it and not look.
  if (mapped.empty())
    return Mapped::unknown(Why::denied, file + ": it shows no mapped file", probes::evidence_at(file, text->substr(0, 100)));
  return Mapped::known(std::move(mapped), probes::evidence_at(file));
}

Fact<std::vector<std::string>> read_device_files(Machine& machine, const std::string& folder) {
  using Files = Fact<std::vector<std::string>>;
  std::string place = folder + "/fd";
  auto names = machine.list(place);
  if (!names) return unreadable<std::vector<std::string>>(names.error(), place);
  std::vector<std::string> files;
  std::size_t looked_at = 0;
  for (const std::string& name : *names) {
    if (++looked_at > most_descriptors) return Files::unknown(Why::malformed, place + ": too many open files", probes::evidence_at(place));
    auto target = machine.read_link(place + "/" + name);
    if (!target) {
      if (probes::is_missing(target.error())) continue;  // closed in the meantime
      return probes::failed<std::vector<std::string>>(target.error(), place + "/" + name);
    }
    bool is_ours = target->starts_with("/dev/nvidia") || *target == "/dev/dxg";
    if (is_ours && std::ranges::find(files, *target) == files.end()) files.push_back(*target);
  }
  std::ranges::sort(files);
  return Files::known(std::move(files), probes::evidence_at(place));
}

using StatFact = Fact<process_files::Stat>;

Fact<std::int64_t> read_start(Machine& machine, const StatFact& stat) {
  if (!stat.is_known()) return Fact<std::int64_t>::unknown(stat.why(), stat.detail(), stat.evidence());
  auto text = machine.read("/proc/stat");
  if (!text) return unreadable<std::int64_t>(text.error(), "/proc/stat");
  auto boot = process_files::parse_boot_time(*text);
  if (!boot) return probes::malformed<std::int64_t>("/proc/stat", text->substr(0, 100));
  std::int64_t after_boot = static_cast<std::int64_t>(stat->start_ticks / ticks_per_second);
  return Fact<std::int64_t>::known(*boot + after_boot, stat.evidence());
}

bool is_python(std::string_view executable) { return path::filename(executable).starts_with("python"); }

// The prefix of an environment whose packages are mapped: "/home/ana/venv" of "/home/ana/venv/lib/python3.12/site-packages/torch/...".
std::string prefix_of_mapped(const Fact<std::vector<MappedFile>>& mapped) {
  if (!mapped.is_known()) return {};
  for (const MappedFile& file : *mapped) {
    std::size_t packages = file.path.find("/site-packages/");
    if (packages == std::string::npos) continue;
    std::size_t library = file.path.substr(0, packages).rfind("/lib/python");
    if (library != std::string::npos && library > 0) return file.path.substr(0, library);
  }
  return {};
}

std::string value_of(const std::vector<Variable>& environment, std::string_view name) {
  for (const Variable& variable : environment)
    if (variable.name == name) return variable.value;
  return {};
}

// Where Python itself would look for its pyvenv.cfg: beside argv[0] where that is a path, else beside the first such name on PATH. A
// program that rewrites its title (setproctitle) leaves the variables and the mapped packages to tell.
std::vector<std::string> interpreter_candidates(Machine& machine, const ObservedProcess& observed, const std::vector<Variable>& environment,
                                                const std::string& folder) {
  std::vector<std::string> candidates;
  std::string first = observed.command.is_known() && !observed.command->empty() ? observed.command->front() : "";
  if (first.starts_with('/')) {
    candidates.push_back(first);
  } else if (first.find('/') != std::string::npos) {
    if (auto working = machine.read_link(folder + "/cwd")) candidates.push_back(path::normalised(path::join(*working, first)));
  } else if (!first.empty()) {
    const std::string search_path = value_of(environment, "PATH");
    for (std::string_view place : split(search_path, ':'))
      if (place.starts_with('/')) candidates.push_back(path::join(place, first));
  }
  for (const std::string& prefix :
       {value_of(environment, "VIRTUAL_ENV"), value_of(environment, "CONDA_PREFIX"), prefix_of_mapped(observed.mapped)})
    for (const char* name : {"bin/python", "bin/python3"})
      if (prefix.starts_with('/')) candidates.push_back(path::join(prefix, name));
  return candidates;
}

std::string find_interpreter(Machine& base, Machine& view, const ObservedProcess& observed, const std::vector<Variable>& environment,
                             const std::string& folder) {
  std::string executable = observed.executable.is_known() ? *observed.executable : "";
  if (!executable.empty() && !is_python(executable)) return {};
  for (const std::string& candidate : interpreter_candidates(base, observed, environment, folder)) {
    auto real = view.real_path(candidate);
    if (real && (executable.empty() ? is_python(*real) : *real == executable)) return candidate;
  }
  return executable;
}

// Does it live among other files than we do? Unknown counts as no: its files are then sought where ours are.
bool is_in_other_namespace(Machine& machine, const std::string& folder) {
  auto own = machine.read_link("/proc/self/ns/mnt"), its = machine.read_link(folder + "/ns/mnt");
  return own && its && *own != *its;
}

ProcessView view_of(Machine& machine, const std::string& folder, std::int64_t pid, std::vector<Variable> environment) {
  ProcessView view;
  view.environment = std::move(environment);
  if (is_in_other_namespace(machine, folder)) {
    view.root = folder + "/root";
    view.no_driver_why = fmt::format("not asked: process {} lives in a container; run gpuwhy in there to ask its driver", pid);
  }
  auto info = machine.stat(folder);
  const Identity* identity = machine.identity();
  view.is_foreign = !info || !identity || info->uid != identity->uid;
  return view;
}

// The allow-list of the environment's own probe decides what is kept.
Fact<std::map<std::string, std::string>> kept_variables(Machine& view, const std::string& file) {
  Snapshot scratch;
  probe_environment(view, scratch);
  return Fact<std::map<std::string, std::string>>::known(std::move(scratch.variables), probes::evidence_at(file));
}

// Is the number in the list of processes, although its files are not there? Then it ended just now.
bool is_listed(Machine& machine, std::int64_t pid) {
  auto names = machine.list("/proc");
  return names && std::ranges::find(*names, std::to_string(pid)) != names->end();
}

// Fails where there is nothing to look at; what could not be read is unknown.
Result<StatFact> read_living(Machine& machine, std::int64_t pid, const std::string& file) {
  if (machine.basis() == Machine::Basis::root_folder) return fail("--pid: another root folder has no running processes");
  auto text = machine.read(file);
  if (!text && probes::is_missing(text.error()) && !is_listed(machine, pid))
    return fail(fmt::format("--pid {}: there is no such process", pid));
  if (!text) return unreadable<process_files::Stat>(text.error(), file);
  auto stat = process_files::parse_stat(*text);
  if (!stat) return probes::malformed<process_files::Stat>(file, *text);
  if (stat->is_kernel_thread) return fail(fmt::format("--pid {}: this is a thread of the kernel, not a program", pid));
  if (stat->state == 'Z' || stat->state == 'X') return fail(fmt::format("--pid {}: this process has ended", pid));
  return StatFact::known(*stat, probes::evidence_at(file, fmt::format("starttime {}", stat->start_ticks)));
}

}  // namespace

Result<RunningProcess> open_running_process(Machine& machine, std::int64_t pid) {
  const std::string folder = fmt::format("/proc/{}", pid), stat_file = folder + "/stat", environment_file = folder + "/environ";
  auto stat = read_living(machine, pid, stat_file);
  if (!stat) return std::unexpected(stat.error());
  RunningProcess process;
  ObservedProcess& observed = process.observed;
  observed.pid = pid;
  observed.executable = read_executable(machine, folder);
  observed.command = read_command(machine, folder);
  observed.mapped = read_mapped(machine, folder);
  observed.device_files = read_device_files(machine, folder);
  observed.started_at = read_start(machine, *stat);

  auto text = machine.read(environment_file, environment_limit);
  std::vector<Variable> environment;
  if (text) environment = process_files::parse_environment(*text);
  process.machine = std::make_unique<ProcessMachine>(machine, view_of(machine, folder, pid, environment));
  if (text) observed.variables = kept_variables(*process.machine, environment_file);
  else observed.variables = unreadable<std::map<std::string, std::string>>(text.error(), environment_file);
  process.interpreter = find_interpreter(machine, *process.machine, observed, environment, folder);
  return process;
}

void apply_running_process(const RunningProcess& process, Snapshot& snapshot) {
  const ObservedProcess& observed = process.observed;
  snapshot.process = Fact<ObservedProcess>::known(observed, probes::evidence_at(fmt::format("/proc/{}", observed.pid)));
  std::string whose = fmt::format(" of process {}", observed.pid);
  probes::note_if_unread(snapshot, "the executable" + whose, observed.executable);
  probes::note_if_unread(snapshot, "what is mapped" + whose, observed.mapped);
  probes::note_if_unread(snapshot, "the environment" + whose, observed.variables);
  probes::note_if_unread(snapshot, "the open files" + whose, observed.device_files);
  if (!observed.variables.is_unknown()) return;
  const auto& variables = observed.variables;
  snapshot.loader.library_path = Fact<std::string>::unknown(variables.why(), variables.detail(), variables.evidence());
  snapshot.loader.preload = snapshot.loader.library_path;
}

}  // namespace gpuwhy
