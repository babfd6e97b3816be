#include "probes/container_tools/engine_settings.h"

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "formats/dpkg/dpkg_status.h"
#include "formats/python_source/json_light.h"
#include "formats/toml_light/toml_light.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {

namespace {

constexpr std::size_t most_files = 256, most_package_bytes = 64 << 20;

// Programs of the toolkit, since 2018. Docker's --gpus starts the hook, every engine's runtime the others.
constexpr std::array<const char*, 6> toolkit_programs = {
    "/usr/bin/nvidia-container-runtime-hook", "/usr/bin/nvidia-container-toolkit", "/usr/bin/nvidia-ctk",
    "/usr/bin/nvidia-container-runtime",      "/usr/bin/nvidia-container-cli",     "/usr/local/nvidia/toolkit/nvidia-ctk"};

bool is_runtime_table(std::string_view table) {
  return table.ends_with(".runtimes.nvidia") || table.find(".runtimes.nvidia.") != std::string_view::npos;
}

// "1.17.8-1" -> "1.17.8", "1:1.2" -> "1.2"
std::string upstream(std::string_view version) {
  if (std::size_t colon = version.find(':'); colon != std::string_view::npos) version.remove_prefix(colon + 1);
  return std::string(version.substr(0, version.find_first_of("-+~")));
}

Fact<std::string> version_of_dpkg(Machine& machine) {
  const std::string path = "/var/lib/dpkg/status";
  auto text = machine.read(path, most_package_bytes);
  if (!text) return failed<std::string>(text.error(), path);
  dpkg::StatusReader reader([](std::string_view name) { return name == "nvidia-container-toolkit" || name == "nvidia-container-runtime"; });
  reader.feed(*text);
  // The runtime's package has had the toolkit's version since both are one.
  std::string found;
  for (const dpkg::InstalledPackage& package : reader.finish())
    if (package.state == "installed" && (found.empty() || package.name == "nvidia-container-toolkit")) found = upstream(package.version);
  if (found.empty()) return Fact<std::string>::absent(evidence_at(path));
  return Fact<std::string>::known(found, {Source::package, path, "nvidia-container-toolkit " + printable(found, 60)});
}

Fact<std::string> version_of_pacman(Machine& machine) {
  const std::string folder = "/var/lib/pacman/local";
  auto names = machine.list(folder);
  if (!names) return failed<std::string>(names.error(), folder);
  constexpr std::string_view start = "nvidia-container-toolkit-";
  for (const std::string& name : *names)
    if (name.starts_with(start) && name.size() > start.size() && is_digits(std::string_view(name).substr(start.size(), 1)))
      return Fact<std::string>::known(upstream(std::string_view(name).substr(start.size())), {Source::package, folder, name});
  return Fact<std::string>::absent(evidence_at(folder));
}

}  // namespace

Fact<DockerSettings> read_docker_settings(Machine& machine, const std::string& path) {
  auto text = machine.read(path);
  if (!text) return failed<DockerSettings>(text.error(), path);
  DockerSettings settings;
  if (trim(*text).empty()) return Fact<DockerSettings>::known(settings, evidence_at(path));
  auto root = json_light::parse(*text);
  if (!root || root->kind != json_light::Value::Kind::object) return malformed<DockerSettings>(path, *text);
  if (const auto* runtimes = root->find("runtimes")) settings.has_nvidia_runtime = runtimes->find("nvidia") != nullptr;
  if (const auto* name = root->find("default-runtime")) settings.default_runtime = name->text;
  if (const auto* options = root->find("exec-opts"))
    settings.cgroupfs_driver = std::ranges::any_of(
        options->members, [](const json_light::Member& member) { return member.value.text == "native.cgroupdriver=cgroupfs"; });
  return Fact<DockerSettings>::known(std::move(settings), evidence_at(path, *text));
}

Fact<bool> has_nvidia_runtime(Machine& machine, const std::vector<std::string>& files, const std::vector<std::string>& folders) {
  std::vector<std::string> all = files;
  Fact<bool> doubt = Fact<bool>::absent();
  for (const std::string& folder : folders) {
    auto names = machine.list(folder);
    if (!names && !is_missing(names.error())) doubt = failed<bool>(names.error(), folder);
    for (std::size_t i = 0; names && i < std::min(names->size(), most_files); ++i) all.push_back(path::join(folder, (*names)[i]));
  }
  std::string seen;
  for (const std::string& file : all) {
    auto text = machine.read(file);
    if (!text) {
      if (!is_missing(text.error())) doubt = failed<bool>(text.error(), file);
      continue;
    }
    toml_light::Document document = toml_light::parse(*text);
    auto table = std::ranges::find_if(document.tables, is_runtime_table);
    if (table != document.tables.end()) return Fact<bool>::known(true, evidence_at(file, "[" + *table + "]"));
    if (!document.problem.empty()) doubt = Fact<bool>::unknown(Why::malformed, file + ": " + document.problem, evidence_at(file));
    if (seen.empty()) seen = file;
  }
  if (doubt.is_unknown() || seen.empty()) return doubt;
  return Fact<bool>::known(false, evidence_at(seen));
}

Fact<bool> read_no_cgroups(Machine& machine) {
  const std::string path = "/etc/nvidia-container-runtime/config.toml";
  auto text = machine.read(path);
  if (!text) return failed<bool>(text.error(), path);
  toml_light::Document document = toml_light::parse(*text);
  const toml_light::Setting* setting = document.find("nvidia-container-cli", "no-cgroups");
  if (!setting) return document.problem.empty() ? Fact<bool>::absent(evidence_at(path)) : malformed<bool>(path, *text);
  bool is_truth = !setting->is_string && (setting->value == "true" || setting->value == "false");
  if (!is_truth) return malformed<bool>(path, "no-cgroups = " + setting->value);
  return Fact<bool>::known(setting->value == "true", evidence_at(path, "no-cgroups = " + setting->value));
}

Fact<std::string> find_toolkit_version(Machine& machine) {
  std::string program;
  for (const char* path : toolkit_programs) {
    auto there = look_for(machine, path);
    if (!there) return failed<std::string>(there.error(), path);
    if (*there && program.empty()) program = path;
  }
  if (program.empty()) return Fact<std::string>::absent(evidence_at(toolkit_programs.front()));
  for (auto read : {version_of_dpkg, version_of_pacman})
    if (Fact<std::string> version = read(machine); !version.is_absent()) return version;
  return not_probed<std::string>(program + " is installed; no package database that is read knows its version", evidence_at(program));
}

}  // namespace gpuwhy::probes
