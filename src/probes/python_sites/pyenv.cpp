#include "probes/python_sites/pyenv.h"

#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "probes/python_sites/interpreter.h"

namespace gpuwhy {

namespace {

constexpr std::size_t shim_limit = 8 << 10;

struct VersionChoice {
  std::vector<std::string> versions;
  std::string source;
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::string_view line : lines(text)) {
    line = line.substr(0, line.find('#'));
    std::string flat = replace_all(replace_all(std::string(line), ":", " "), "\t", " ");
    for (std::string_view word : split(flat, ' '))
      if (!trim(word).empty() && word.find("..") == std::string_view::npos && word.find('/') == std::string_view::npos)
        words.emplace_back(trim(word));
  }
  return words;
}

VersionChoice choose_versions(Machine& machine, const PythonSettings& settings, const std::string& root) {
  if (std::string chosen = machine.variable("PYENV_VERSION"); !chosen.empty()) return {words_of(chosen), "PYENV_VERSION"};
  std::string folder = machine.variable("PYENV_DIR");
  if (folder.empty()) folder = settings.working_folder;
  for (int depth = 0; folder.starts_with('/') && depth < 64; ++depth) {
    std::string file = path::join(folder, ".python-version");
    if (auto text = machine.read(file, 64 << 10))
      if (auto words = words_of(*text); !words.empty()) return {words, file};
    if (folder == "/") break;
    folder = std::string(path::parent(folder));
  }
  std::string file = path::join(root, "version");
  if (auto text = machine.read(file, 64 << 10))
    if (auto words = words_of(*text); !words.empty()) return {words, file};
  return {{"system"}, "pyenv's default"};
}

// "3.11" stands for the newest installed 3.11.x.
std::string installed_version(Machine& machine, const std::string& root, std::string wanted) {
  std::string versions = path::join(root, "versions");
  if (wanted.starts_with("python-")) wanted = wanted.substr(7);
  if (machine.is_folder(path::join(versions, wanted))) return path::join(versions, wanted);
  std::string best;
  auto names = machine.list(versions);
  if (!names) return {};
  for (const std::string& name : *names) {
    auto version = Version::parse(name);
    if (!version || !name.starts_with(wanted + ".") || version->is_pre_release()) continue;
    auto best_version = Version::parse(best);
    if (!best_version || *best_version < *version) best = name;
  }
  return best.empty() ? std::string() : path::join(versions, best);
}

// What the shells would find if the folder of shims were not on PATH.
std::string system_python(Machine& machine, PythonSettings settings, const std::string& shims, const std::string& name) {
  std::string kept;
  for (std::string_view folder : split(settings.path, ':'))
    if (path::normalised(folder) != shims) kept += (kept.empty() ? "" : ":") + std::string(folder);
  settings.path = kept;
  return find_on_path(machine, settings, name);
}

}  // namespace

std::string pyenv_root(Machine& machine, const PythonSettings& settings) {
  std::string root = machine.variable("PYENV_ROOT");
  return root.empty() ? path::join(settings.home, ".pyenv") : absolute_path(settings, root);
}

PyenvChoice resolve_pyenv_shim(Machine& machine, const PythonSettings& settings, const std::string& command) {
  PyenvChoice choice;
  if (path::filename(path::parent(command)) != "shims") return choice;
  auto text = machine.read(command, shim_limit);
  if (!text || !text->starts_with("#!")) return choice;
  if (text->find("pyenv\" exec") == std::string::npos && text->find("pyenv exec") == std::string::npos) return choice;
  choice.is_shim = true;
  std::string root =
      machine.variable("PYENV_ROOT").empty() ? std::string(path::parent(path::parent(command))) : pyenv_root(machine, settings);
  std::string name(path::filename(command));
  VersionChoice chosen = choose_versions(machine, settings, root);
  for (const std::string& version : chosen.versions) {
    if (version == "system") {
      choice.command = system_python(machine, settings, std::string(path::parent(command)), name);
    } else if (std::string folder = installed_version(machine, root, version); !folder.empty()) {
      std::string candidate = path::join(folder, "bin/" + name);
      if (machine.exists(candidate)) choice.command = candidate;
    }
    if (choice.command.empty()) continue;
    choice.note = fmt::format("{} is a shim of pyenv; {} chooses {}", command, chosen.source, printable(version));
    return choice;
  }
  choice.note = fmt::format("{} is a shim of pyenv, but {} names {}, which has no {}", command, chosen.source,
                            printable(chosen.versions.empty() ? "nothing" : chosen.versions.front()), name);
  return choice;
}

}  // namespace gpuwhy
