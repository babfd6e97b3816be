#include "probes/framework_builds/package_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "formats/dist_info/dist_info.h"
#include "formats/elf/elf.h"
#include "probes/python_sites/file_reader.h"

namespace gpuwhy {

namespace {

// Folders of the source trees that editable installs of this name point to.
std::vector<std::string> editable_folders(Machine& machine, const PythonEnvironment& environment, const std::string& name) {
  std::vector<std::string> folders;
  for (const Package& package : *environment.packages) {
    if (package.name != name) continue;
    auto bytes = machine.read(path::join(package.location, "direct_url.json"), 64 << 10);
    if (!bytes) continue;
    auto direct = dist_info::parse_direct_url(*bytes);
    if (!direct.is_editable || !direct.path.starts_with('/')) continue;
    folders.push_back(direct.path);
    folders.push_back(path::join(direct.path, "src"));
  }
  return folders;
}

}  // namespace

FoundPackage find_package(Machine& machine, const PythonEnvironment& environment, const std::string& name) {
  std::vector<std::string> folders = *environment.search_path;
  if (environment.packages.is_known()) {
    auto more = editable_folders(machine, environment, name);
    folders.insert(folders.end(), more.begin(), more.end());
  }
  FoundPackage found;
  for (const std::string& folder : folders) {
    std::string place = path::join(folder, name);
    auto info = machine.stat(place);
    if (!info || info->kind != FileKind::directory) continue;
    // Neither readable nor absent counts as there: Python would fail on it too, and the reading that follows says why.
    auto init = machine.stat(path::join(place, "__init__.py"));
    if (init || init.error().problem != AccessProblem::not_found) return {place, false};
    if (found.folder.empty()) found = {place, true};
  }
  return found;
}

std::vector<const Package*> find_distributions(const PythonEnvironment& environment, std::span<const std::string_view> owners,
                                               const std::string& folder) {
  std::vector<const Package*> beside, elsewhere;
  if (!environment.packages.is_known()) return beside;
  for (const Package& package : *environment.packages) {
    if (package.installer == "conda" && package.location.ends_with(".json")) continue;  // its dist-info counts
    if (std::ranges::find(owners, package.name) == owners.end()) continue;
    bool is_beside = path::parent(package.location) == path::parent(folder);
    (is_beside ? beside : elsewhere).push_back(&package);
  }
  beside.insert(beside.end(), elsewhere.begin(), elsewhere.end());
  return beside;
}

std::vector<std::string> find_missing_needed(Machine& machine, const std::string& object, std::span<const std::string_view> prefixes,
                                             const std::vector<std::string>& more_folders) {
  std::vector<std::string> missing;
  auto file = machine.open(object);
  if (!file) return missing;
  ElfFileReader reader(**file);
  elf::Image image = elf::read_image(reader);
  std::string origin(path::parent(object));
  if (auto real = machine.real_path(object)) origin = std::string(path::parent(*real));
  std::vector<std::string> folders = more_folders;
  for (const auto* list : {&image.rpath, &image.runpath}) {
    if (!*list) continue;
    for (std::string_view folder : split(**list, ':'))
      folders.push_back(path::normalised(replace_all(replace_all(std::string(folder), "$ORIGIN", origin), "${ORIGIN}", origin)));
  }
  for (const std::string& name : image.needed) {
    if (std::ranges::none_of(prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); })) continue;
    // A link to nothing is missing; a file that may not be looked at is not.
    bool found = std::ranges::any_of(folders, [&](const std::string& folder) {
      auto info = machine.stat(path::join(folder, name));
      return info || (info.error().problem != AccessProblem::not_found && info.error().problem != AccessProblem::not_a_directory);
    });
    if (!found) missing.push_back(name);
  }
  return missing;
}

std::string python_tag(const PythonEnvironment& environment) {
  if (!environment.version.is_known()) return {};
  std::string tag = replace_all(*environment.version, ".", "");
  bool is_free_threaded =
      environment.search_path.is_known() && std::ranges::any_of(*environment.search_path, [&](const std::string& folder) {
        return folder.ends_with("/python" + *environment.version + "t");
      });
  return is_free_threaded ? tag + "t" : tag;
}

void note_foreign_python(Machine& machine, PythonEnvironment& environment, const Package& distribution) {
  std::string tag = python_tag(environment);
  auto bytes = machine.read(path::join(distribution.location, "WHEEL"), 64 << 10);
  if (!bytes || tag.empty()) return;
  auto pythons = dist_info::parse_wheel_pythons(*bytes);
  if (pythons.empty()) return;
  std::string plain = tag.ends_with('t') ? tag.substr(0, tag.size() - 1) : tag;
  bool serves = std::ranges::any_of(pythons, [&](const std::string& python) {
    return python == "cp" + plain || python == "cp" + tag || python.ends_with("-abi3") || python.starts_with("py3") ||
           python.starts_with("py2.py3");
  });
  if (!serves)
    environment.notes.push_back(fmt::format("{} {} in {} was built for {}, this is Python {}", distribution.name, distribution.version,
                                            path::parent(distribution.location), printable(pythons.front(), 40), *environment.version));
}

Fact<std::string> read_package_file(Machine& machine, const std::string& file, std::size_t limit) {
  Evidence evidence{Source::file, file, ""};
  auto bytes = machine.read(file, limit);
  if (bytes) return Fact<std::string>::known(std::move(*bytes), evidence);
  if (bytes.error().problem == AccessProblem::not_found || bytes.error().problem == AccessProblem::not_a_directory)
    return Fact<std::string>::absent(evidence);
  Why why = bytes.error().problem == AccessProblem::denied ? Why::denied : Why::malformed;
  return Fact<std::string>::unknown(why, printable(bytes.error().detail), evidence);
}

}  // namespace gpuwhy
