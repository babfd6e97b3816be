#include "probes/python_sites/python_sites.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "probes/python_sites/environments.h"
#include "probes/python_sites/interpreter.h"
#include "probes/python_sites/packages.h"
#include "probes/python_sites/search_path.h"

namespace gpuwhy {

namespace {

constexpr std::size_t most_environments = 64;

struct PasswdEntry {
  std::string name, home;
};

// The line of /etc/passwd for a name, or for a number when the name is empty.
PasswdEntry find_in_passwd(Machine& machine, const std::string& name, std::uint32_t uid) {
  auto text = machine.read("/etc/passwd");
  if (!text) return {};
  for (std::string_view line : lines(*text)) {
    auto fields = split(line, ':');
    if (fields.size() < 6) continue;
    if (name.empty() ? parse_int(fields[2]) == static_cast<std::int64_t>(uid) : fields[0] == name)
      return {std::string(fields[0]), std::string(fields[5])};
  }
  return {};
}

std::string kind_of(Machine& machine, const Interpreter& python, const std::string& prefix) {
  if (!python.venv_folder.empty()) {
    if (prefix.find("/pipx/venvs/") != std::string::npos) return "pipx";
    if (python.venv.contains("uv")) return "uv";
    return python.venv.contains("virtualenv") ? "virtualenv" : "venv";
  }
  if (machine.is_folder(path::join(prefix, "conda-meta"))) return "conda";
  if (prefix.find("/.pyenv/versions/") != std::string::npos) return "pyenv";
  if (std::string root = machine.variable("PYENV_ROOT"); !root.empty() && path::is_inside(prefix, path::join(root, "versions")))
    return "pyenv";
  if (prefix.find("/uv/python/") != std::string::npos) return "uv";
  return "system";
}

bool is_judged(const Interpreter& python) { return !python.program.empty() && !python.version.empty() && python.version.starts_with("3."); }

// The program may be a copy (venv --copies) that outlived the Python it was copied from. Only what is surely not there is gone.
Fact<std::string> lost_library(Machine& machine, const Interpreter& python) {
  auto home = python.venv.find("home");
  Evidence evidence{Source::file, python.venv_file, home == python.venv.end() ? "" : "home = " + printable(home->second)};
  if (home == python.venv.end() || !home->second.starts_with('/'))
    return Fact<std::string>::unknown(Why::malformed, "pyvenv.cfg does not name the Python it was made from", evidence);
  std::string base(path::parent(path::normalised(home->second)));
  for (const char* library : {"lib", "lib64"}) {
    std::string folder = path::join(base, fmt::format("{}/python{}{}", library, python.version, python.is_free_threaded ? "t" : ""));
    auto info = machine.stat(folder);
    if (!info && (info.error().problem == AccessProblem::not_found || info.error().problem == AccessProblem::not_a_directory)) continue;
    return Fact<std::string>::unknown(Why::denied, fmt::format("{} could not be looked through", folder), evidence);
  }
  return Fact<std::string>::known(
      fmt::format("the Python that {} was made from is gone: there is no {}/lib/python{}", python.venv_folder, base, python.version),
      evidence);
}

PythonEnvironment read_environment(Folders& folders, const PythonSettings& settings, const std::string& command) {
  Machine& machine = folders.machine();
  Interpreter python = read_interpreter(machine, settings, command);
  PythonEnvironment environment;
  environment.interpreter = python.command;
  environment.program = python.program;
  environment.loader = python.loader;
  environment.notes = python.notes;
  environment.prefix = python.venv_folder;
  environment.base_problem = python.base_problem;
  Evidence evidence{Source::file, python.version_source.empty() ? python.command : python.version_source, python.version};
  if (!python.version.empty()) environment.version = Fact<std::string>::known(python.version, evidence);
  else environment.version = Fact<std::string>::unknown(Why::malformed, "no file tells its version", evidence);
  if (!is_judged(python)) {
    std::string why = python.program.empty()   ? "there is no interpreter"
                      : python.version.empty() ? "its version is not known"
                                               : "Python 2 is not judged";
    if (!python.program.empty()) environment.notes.push_back(fmt::format("{}: {}", python.command, why));
    environment.search_path = Fact<std::vector<std::string>>::unknown(Why::not_probed, why, evidence);
    environment.packages = Fact<std::vector<Package>>::unknown(Why::not_probed, why, evidence);
    if (environment.prefix.empty()) environment.prefix = std::string(path::parent(path::parent(python.command)));
    environment.kind = kind_of(machine, python, environment.prefix);
    return environment;
  }
  SearchPath search_path = compute_search_path(folders, settings, python);
  environment.prefix = search_path.prefix;
  environment.search_path = search_path.entries;
  environment.kind = kind_of(machine, python, environment.prefix);
  environment.notes.insert(environment.notes.end(), search_path.notes.begin(), search_path.notes.end());
  if (search_path.entries.is_unknown()) {
    if (!python.venv_folder.empty()) environment.base_problem = lost_library(machine, python);
    environment.packages =
        Fact<std::vector<Package>>::unknown(search_path.entries.why(), search_path.entries.detail(), search_path.entries.evidence());
    return environment;
  }
  FoundPackages found = find_packages(folders, search_path);
  environment.packages = std::move(found.packages);
  environment.notes.insert(environment.notes.end(), found.notes.begin(), found.notes.end());
  if (!settings.judged_user.empty())
    environment.notes.push_back(
        fmt::format("judged as {} would start it, who called sudo: with the folders in {}", settings.judged_user, settings.home));
  return environment;
}

// A file here with the name of a framework is imported instead of it when a program of this folder runs.
void note_shadowing_files(Machine& machine, const PythonSettings& settings, PythonEnvironment& environment) {
  if (settings.working_folder.empty() || !environment.search_path.is_known()) return;
  if (std::ranges::find(*environment.search_path, settings.working_folder) != environment.search_path->end()) return;
  for (const char* name : {"tensorflow", "torch", "jax", "onnxruntime", "cupy"})
    for (const std::string& file : {fmt::format("{}.py", name), fmt::format("{}/__init__.py", name)})
      if (std::string place = path::join(settings.working_folder, file); machine.exists(place))
        environment.notes.push_back(fmt::format("{} hides the installed {} from programs that start in this folder", place, name));
}

// Two commands of one environment: python and python3 of one folder, or two links to it.
std::string identity_of(Machine& machine, const PythonEnvironment& environment) {
  auto real = machine.real_path(environment.prefix);
  return (real ? *real : environment.prefix) + "|" + (environment.program.empty() ? environment.interpreter : environment.program);
}

class Collection {
 public:
  Collection(Machine& machine, const PythonSettings& settings) : machine_(machine), folders_(machine), settings_(settings) {}

  void add(const FoundInterpreter& found, bool active) {
    if (environments_.size() >= most_environments && !active) return;
    PythonEnvironment environment;
    if (found.command.empty()) {
      environment.interpreter = found.asked;
      environment.notes.push_back(found.problem);
      environment.version = Fact<std::string>::unknown(Why::not_probed, found.problem);
      environment.search_path = Fact<std::vector<std::string>>::unknown(Why::not_probed, found.problem);
      environment.packages = Fact<std::vector<Package>>::unknown(Why::not_probed, found.problem);
      environment.kind = "system";
    } else {
      if (!active && is_known_command(found)) return;
      environment = read_environment(folders_, settings_, found.command);
    }
    std::string identity = identity_of(machine_, environment);
    for (std::size_t i = 0; i < identities_.size(); ++i) {
      if (identities_[i] != identity) continue;
      remark_same(environments_[i], found);
      return;
    }
    environment.active = active;
    environment.chosen_by = found.chosen_by;
    environment.notes.insert(environment.notes.end(), found.notes.begin(), found.notes.end());
    if (active) note_shadowing_files(machine_, settings_, environment);
    commands_.push_back(found.command);
    identities_.push_back(std::move(identity));
    environments_.push_back(std::move(environment));
  }

  std::vector<PythonEnvironment> finish() { return std::move(environments_); }
  const std::vector<PythonEnvironment>& environments() const { return environments_; }

 private:
  // Saves reading an environment twice.
  bool is_known_command(const FoundInterpreter& found) {
    for (std::size_t i = 0; i < environments_.size(); ++i) {
      if (environments_[i].interpreter != found.command && commands_[i] != found.command) continue;
      remark_same(environments_[i], found);
      return true;
    }
    return false;
  }
  static void remark_same(PythonEnvironment& environment, const FoundInterpreter& found) {
    if (!found.chosen_by.starts_with("Jupyter kernel")) return;
    environment.notes.push_back(fmt::format("also {}", found.chosen_by));
    environment.notes.insert(environment.notes.end(), found.notes.begin(), found.notes.end());
  }

  Machine& machine_;
  Folders folders_;
  const PythonSettings& settings_;
  std::vector<PythonEnvironment> environments_;
  std::vector<std::string> commands_, identities_;
};

}  // namespace

PythonSettings read_python_settings(Machine& machine) {
  PythonSettings settings;
  // Without PATH a shell takes its own default; so does what starts in an unpacked image whose environment is not known.
  settings.path = machine.has_variable("PATH") ? machine.variable("PATH") : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  settings.python_path = machine.variable("PYTHONPATH");
  settings.python_home = machine.variable("PYTHONHOME");
  settings.platform_library_folder = machine.variable("PYTHONPLATLIBDIR");
  settings.user_base = machine.variable("PYTHONUSERBASE");
  settings.no_user_site = machine.variable("PYTHONNOUSERSITE");
  settings.in_rpm_build = machine.has_variable("RPM_BUILD_ROOT");
  settings.home = machine.variable("HOME");
  if (std::string folder = machine.variable("PWD"); folder.starts_with('/')) settings.working_folder = path::normalised(folder);
  const Identity* identity = machine.identity();
  if (identity && !identity->sudo_user.empty()) {
    settings.judged_user = identity->sudo_user;
    if (PasswdEntry entry = find_in_passwd(machine, identity->sudo_user, 0); !entry.home.empty()) settings.home = entry.home;
  } else if (settings.home.empty() && identity) {
    settings.home = find_in_passwd(machine, "", identity->uid).home;
  }
  return settings;
}

PythonEnvironment read_python_environment(Machine& machine, const PythonSettings& settings, const std::string& command) {
  Folders folders(machine);
  return read_environment(folders, settings, command);
}

std::vector<PythonEnvironment> probe_python_environments(Machine& machine, const PythonOptions& options) {
  PythonSettings settings = read_python_settings(machine);
  Collection collection(machine, settings);
  for (const FoundInterpreter& found : find_active_interpreters(machine, settings, options)) collection.add(found, true);
  if (!options.find_others) return collection.finish();
  std::string command, prefix;
  if (!collection.environments().empty()) command = collection.environments()[0].interpreter, prefix = collection.environments()[0].prefix;
  for (const FoundInterpreter& found : find_other_interpreters(machine, settings, command, prefix)) collection.add(found, false);
  return collection.finish();
}

}  // namespace gpuwhy
