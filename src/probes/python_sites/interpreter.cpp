#include "probes/python_sites/interpreter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "formats/elf/elf.h"
#include "formats/python_source/python_source.h"
#include "probes/python_sites/file_reader.h"
#include "probes/python_sites/pyenv.h"

namespace gpuwhy {

namespace {

struct NamedVersion {
  std::string version;
  bool is_free_threaded = false;
};

// "3.12" of "python3.12", "python3.13t", "libpython3.11.so.1.0", "libpython3.9d.so.1.0"; empty for any other name.
NamedVersion version_in_name(std::string_view name) {
  NamedVersion found;
  if (name.starts_with("lib")) name.remove_prefix(3);
  if (!name.starts_with("python")) return found;
  name.remove_prefix(6);
  std::size_t dot = name.find('.');
  if (dot == std::string_view::npos || !is_digits(name.substr(0, dot))) return found;
  std::size_t end = dot + 1;
  while (end < name.size() && name[end] >= '0' && name[end] <= '9') ++end;
  if (end == dot + 1) return found;
  found.version = std::string(name.substr(0, end));
  std::string_view rest = name.substr(end);
  found.is_free_threaded = rest.starts_with('t');
  if (found.is_free_threaded) rest.remove_prefix(1);
  if (rest.starts_with('d') || rest.starts_with('m')) rest.remove_prefix(1);
  if (rest.starts_with('m')) rest.remove_prefix(1);
  if (!rest.empty() && !rest.starts_with(".so") && !rest.starts_with('-')) return {};
  return found;
}

// "3.12" of "3.12.1", "3.12.1.final.0"
std::string minor_version(std::string_view text) {
  auto parts = split(text, '.');
  if (parts.size() < 2 || !is_digits(parts[0]) || !is_digits(parts[1])) return {};
  return fmt::format("{}.{}", parts[0], parts[1]);
}

void read_version(Machine& machine, const elf::Image& image, Interpreter& python) {
  auto take = [&](const NamedVersion& found, std::string source) {
    if (found.version.empty()) return false;
    python.version = found.version;
    python.is_free_threaded = found.is_free_threaded;
    python.version_source = std::move(source);
    return true;
  };
  if (take(version_in_name(path::filename(python.program)), python.program)) return;
  for (const std::string& name : image.needed)
    if (name.starts_with("libpython") && take(version_in_name(name), python.program + " (needs " + name + ")")) return;
  for (const char* key : {"version_info", "version"})
    if (auto found = python.venv.find(key); found != python.venv.end())
      if (take({minor_version(found->second)}, python.venv_file)) return;
  std::vector<NamedVersion> folders;
  std::string library = path::join(path::parent(path::parent(python.program)), "lib");
  if (auto names = machine.list(library))
    for (const std::string& name : *names)
      if (NamedVersion found = version_in_name(name); !found.version.empty() && machine.exists(library + "/" + name + "/os.py"))
        folders.push_back(found);
  if (folders.size() == 1) take(folders[0], library);
}

// Python looks for pyvenv.cfg beside the executable and one folder up, by the name it was called with: links are not followed before.
void read_venv(Machine& machine, Interpreter& python) {
  std::string folder(path::parent(python.command));
  for (const std::string& place : {folder, std::string(path::parent(folder))}) {
    std::string file = path::join(place, "pyvenv.cfg");
    auto info = machine.stat(file);
    if (!info || info->kind != FileKind::regular) continue;
    auto bytes = machine.read(file);
    if (!bytes) {
      python.notes.push_back(fmt::format("{} could not be read: {}", file, printable(bytes.error().detail)));
      return;
    }
    python.venv = python_source::parse_pyvenv_cfg(*bytes);
    python.venv_file = file;
    python.venv_folder = std::string(path::parent(folder));
    return;
  }
}

// A link to nothing: what it was made from is gone. A failure of another kind says nothing about that.
Fact<std::string> base_problem_of(Machine& machine, const Interpreter& python, const AccessError& error, const std::string& note) {
  Evidence evidence{Source::file, python.command, ""};
  auto info = machine.lstat(python.command);
  bool dangling = error.problem == AccessProblem::not_found && info && info->kind == FileKind::symlink;
  if (dangling) {
    if (auto target = machine.read_link(python.command)) evidence.excerpt = "-> " + printable(*target);
    return Fact<std::string>::known(note, evidence);
  }
  Why why = error.problem == AccessProblem::denied ? Why::denied : Why::malformed;
  return Fact<std::string>::unknown(why, printable(error.detail), evidence);
}

// Why there is no program behind the command, in words.
std::string missing_program_note(Machine& machine, const Interpreter& python, const AccessError& error) {
  if (error.problem == AccessProblem::denied) return fmt::format("{} may not be read by this user", python.command);
  if (error.problem == AccessProblem::link_loop) return fmt::format("{} is a loop of links", python.command);
  if (error.problem != AccessProblem::not_found) return fmt::format("{} could not be read: {}", python.command, printable(error.detail));
  if (auto info = machine.lstat(python.command); !info || info->kind != FileKind::symlink)
    return fmt::format("{} does not exist", python.command);
  auto home = python.venv.find("home");
  std::string base = home == python.venv.end() ? "" : fmt::format(" (it was made from the Python in {})", printable(home->second));
  return fmt::format("{} leads to no file: the Python this environment was made from is gone{}", python.command, base);
}

}  // namespace

std::string absolute_path(const PythonSettings& settings, const std::string& path) {
  if (path == "~" || path.starts_with("~/")) return path::normalised(settings.home + path.substr(1));
  return path::normalised(path.starts_with('/') ? path : path::join(settings.working_folder.empty() ? "/" : settings.working_folder, path));
}

std::string find_on_path(Machine& machine, const PythonSettings& settings, const std::string& name) {
  for (std::string_view folder : split(settings.path, ':')) {
    if (folder.empty() && settings.working_folder.empty()) continue;
    std::string candidate = path::join(absolute_path(settings, folder.empty() ? "." : std::string(folder)), name);
    auto info = machine.stat(candidate);
    if (info && info->kind == FileKind::regular && (info->mode & 0111) != 0) return candidate;
  }
  return {};
}

std::string find_environment_python(Machine& machine, const std::string& folder) {
  for (const char* name : {"bin/python", "bin/python3"})
    if (std::string candidate = path::join(folder, name); machine.lstat(candidate)) return candidate;
  return {};
}

Interpreter read_interpreter(Machine& machine, const PythonSettings& settings, const std::string& command) {
  Interpreter python;
  python.command = absolute_path(settings, command);
  if (PyenvChoice choice = resolve_pyenv_shim(machine, settings, python.command); choice.is_shim) {
    python.notes.push_back(choice.note);
    if (choice.command.empty()) return python;
    python.command = choice.command;
  }
  read_venv(machine, python);
  auto real = machine.real_path(python.command);
  if (!real) {
    python.notes.push_back(missing_program_note(machine, python, real.error()));
    python.base_problem = base_problem_of(machine, python, real.error(), python.notes.back());
    for (const char* key : {"version_info", "version"})
      if (auto found = python.venv.find(key); found != python.venv.end() && python.version.empty())
        python.version = minor_version(found->second), python.version_source = python.venv_file;
    return python;
  }
  auto file = machine.open(*real);
  if (!file) {
    python.notes.push_back(fmt::format("{} could not be opened: {}", *real, printable(file.error().detail)));
    return python;
  }
  ElfFileReader reader(**file);
  if (auto start = (*file)->read_at(0, 2); start && *start == "#!") {
    python.notes.push_back(fmt::format("{} is a script, not an interpreter: what it starts was not followed", python.command));
    return python;
  }
  elf::Image image = elf::read_image(reader);
  if (image.shape == elf::Shape::not_elf || image.shape == elf::Shape::too_short || image.shape == elf::Shape::unread) {
    python.notes.push_back(fmt::format("{} is no ELF program: {}", *real, printable(image.problem)));
    return python;
  }
  python.program = *real;
  python.base_problem = Fact<std::string>::absent({Source::file, python.program, ""});
  python.loader = image.interpreter;
  read_version(machine, image, python);
  return python;
}

}  // namespace gpuwhy
