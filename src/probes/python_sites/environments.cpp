#include "probes/python_sites/environments.h"

#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"
#include "probes/python_sites/interpreter.h"
#include "probes/python_sites/jupyter.h"
#include "probes/python_sites/pyenv.h"

namespace gpuwhy {

namespace {

constexpr std::size_t most_in_one_folder = 64;

FoundInterpreter asked_for(Machine& machine, const PythonSettings& settings, const std::string& word) {
  FoundInterpreter found;
  found.chosen_by = "--python";
  found.asked = word;
  bool is_path = word.find('/') != std::string::npos || word.starts_with('~') || word.starts_with('.');
  std::string place = absolute_path(settings, word);
  if (!is_path) {
    found.command = find_on_path(machine, settings, word);
    if (found.command.empty() && !machine.is_folder(place)) found.problem = fmt::format("there is no {} on PATH", printable(word));
    if (!found.command.empty() || !found.problem.empty()) return found;
  }
  auto info = machine.stat(place);
  if (info && info->kind == FileKind::directory) {
    found.command = find_environment_python(machine, place);
    if (found.command.empty()) found.problem = fmt::format("{} holds no bin/python", printable(place));
    return found;
  }
  found.command = place;  // what is wrong with it, if anything, reading it will tell
  return found;
}

std::string first_on_path(Machine& machine, const PythonSettings& settings) {
  std::string command = find_on_path(machine, settings, "python3");
  return command.empty() ? find_on_path(machine, settings, "python") : command;
}

// VIRTUAL_ENV and CONDA_PREFIX name a folder; the shell may nevertheless start another python.
void note_other_on_path(Machine& machine, const PythonSettings& settings, FoundInterpreter& found) {
  std::string typed = find_on_path(machine, settings, "python");
  if (typed.empty()) typed = find_on_path(machine, settings, "python3");
  if (typed.empty() || path::parent(typed) == path::parent(found.command)) return;
  auto typed_real = machine.real_path(std::string(path::parent(typed))),
       found_real = machine.real_path(std::string(path::parent(found.command)));
  if (typed_real && found_real && *typed_real == *found_real) return;
  found.notes.push_back(fmt::format("{} is set, but the word python starts {}", found.chosen_by, typed));
}

class Finder {
 public:
  Finder(Machine& machine, const PythonSettings& settings) : machine_(machine), settings_(settings) {}

  void add_folder(const std::string& folder, const std::string& chosen_by) {
    if (!folder.starts_with('/')) return;  // below a home that is not known
    if (std::string command = find_environment_python(machine_, folder); !command.empty())
      found.push_back({command, chosen_by, folder, "", {}});
  }
  // Every environment that is a folder of `parent`.
  void add_children(const std::string& parent, const std::string& chosen_by) {
    if (!parent.starts_with('/')) return;
    auto names = machine_.list(parent);
    if (!names) return;
    std::size_t taken = 0;
    for (const std::string& name : *names)
      if (!name.starts_with('.') && ++taken <= most_in_one_folder)
        add_folder(path::join(parent, name), fmt::format("{} {}", chosen_by, name));
  }
  void add_program(const std::string& command, const std::string& chosen_by) {
    if (auto info = machine_.stat(command); info && info->kind == FileKind::regular) found.push_back({command, chosen_by, command, "", {}});
  }
  void add_conda();

  std::vector<FoundInterpreter> found;

 private:
  Machine& machine_;
  const PythonSettings& settings_;
};

void Finder::add_conda() {
  std::vector<std::string> roots;
  if (std::string conda = machine_.variable("CONDA_EXE"); conda.starts_with('/')) roots.emplace_back(path::parent(path::parent(conda)));
  if (std::string root = machine_.variable("MAMBA_ROOT_PREFIX"); root.starts_with('/')) roots.push_back(root);
  if (std::string prefix = machine_.variable("CONDA_PREFIX"); prefix.starts_with('/')) {
    bool is_named = path::filename(path::parent(prefix)) == "envs";
    roots.emplace_back(is_named ? std::string(path::parent(path::parent(prefix))) : prefix);
  }
  for (const char* name : {"miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba"})
    roots.push_back(path::join(settings_.home, name));
  roots.insert(roots.end(), {"/opt/conda", "/opt/miniconda3", "/opt/anaconda3"});
  for (const std::string& root : roots) {
    if (machine_.is_folder(path::join(root, "conda-meta"))) add_folder(root, "conda base");
    add_children(path::join(root, "envs"), "conda environment");
  }
  add_children(path::join(settings_.home, ".conda/envs"), "conda environment");
  if (settings_.home.empty()) return;
  if (auto text = machine_.read(path::join(settings_.home, ".conda/environments.txt"), 64 << 10)) {
    std::size_t taken = 0;
    for (std::string_view line : lines(*text))
      if (line.starts_with('/') && ++taken <= most_in_one_folder) add_folder(std::string(trim(line)), "conda's environments.txt");
  }
}

}  // namespace

std::vector<FoundInterpreter> find_active_interpreters(Machine& machine, const PythonSettings& settings, const PythonOptions& options) {
  std::vector<FoundInterpreter> active;
  for (const std::string& word : options.interpreters) active.push_back(asked_for(machine, settings, word));
  if (!active.empty()) return active;
  std::vector<std::string> notes;
  for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    std::string folder = machine.variable(name);
    if (folder.empty()) continue;
    FoundInterpreter found;
    found.chosen_by = name;
    found.asked = folder;
    found.command = find_environment_python(machine, absolute_path(settings, folder));
    if (found.command.empty()) {
      notes.push_back(fmt::format("{} names {}, where there is no bin/python", name, printable(folder)));
      continue;
    }
    note_other_on_path(machine, settings, found);
    found.notes.insert(found.notes.begin(), notes.begin(), notes.end());
    return {found};
  }
  FoundInterpreter found;
  found.command = first_on_path(machine, settings);
  if (found.command.empty()) {
    if (notes.empty()) return {};
    found.problem = "and there is no python3 or python on PATH";
  }
  found.chosen_by = path::filename(found.command) == "python" ? "first python on PATH" : "first python3 on PATH";
  found.notes = std::move(notes);
  return {found};
}

std::vector<FoundInterpreter> find_other_interpreters(Machine& machine, const PythonSettings& settings, const std::string& active_command,
                                                      const std::string& active_prefix) {
  Finder finder(machine, settings);
  for (JupyterKernel& kernel : find_jupyter_kernels(machine, settings, active_command, active_prefix))
    finder.found.push_back(
        {kernel.command, fmt::format("Jupyter kernel {}", printable(kernel.name, 80)), kernel.file, "", std::move(kernel.notes)});
  if (!settings.working_folder.empty())
    for (const char* name : {".venv", "venv", "env"})
      finder.add_folder(path::join(settings.working_folder, name), fmt::format("{} in the current folder", name));
  for (const char* name : {"python3", "python"}) {
    for (std::string_view folder : split(settings.path, ':'))
      if (folder.starts_with('/')) finder.add_program(path::join(path::normalised(folder), name), fmt::format("{} on PATH", name));
  }
  finder.add_conda();
  finder.add_children(path::join(pyenv_root(machine, settings), "versions"), "pyenv version");
  for (const char* folder : {"/opt/venv", "/venv", "/opt/python", "/app/.venv", "/databricks/python3", "/opt/jupyterhub"})
    finder.add_folder(folder, folder);
  for (const char* folder : {".virtualenvs", ".local/share/virtualenvs", ".cache/pypoetry/virtualenvs", ".venvs"})
    finder.add_children(path::join(settings.home, folder), fmt::format("~/{}", folder));
  for (const char* program : {"/usr/local/bin/python3", "/usr/bin/python3"}) finder.add_program(program, program);
  return std::move(finder.found);
}

}  // namespace gpuwhy
