#include "probes/framework_builds/jax_parts.h"

#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "formats/python_source/python_source.h"
#include "probes/framework_builds/package_files.h"

namespace gpuwhy {

namespace {

constexpr std::size_t version_file_limit = 64 << 10;

// version.py computes __version__ from _release_version where a wheel was made; a source tree has _version alone.
std::string version_of(Machine& machine, const std::string& folder) {
  auto text = read_package_file(machine, path::join(folder, "version.py"), version_file_limit);
  if (!text.is_known()) return {};
  auto assignments = python_source::parse_assignments(*text);
  for (const char* name : {"_release_version", "__version__", "_version"}) {
    auto found = assignments.find(name);
    if (found != assignments.end() && found->second.kind == python_source::Literal::Kind::text && !found->second.text.empty())
      return printable(found->second.text, 60);
  }
  return {};
}

// "89" -> "8.9", "805" -> "8.0.5", "12" -> "12", "118" -> "11.8"
std::string dotted(std::string_view digits, std::size_t major_digits) {
  std::string text(digits.substr(0, major_digits));
  for (char digit : digits.substr(std::min(major_digits, digits.size()))) text += fmt::format(".{}", digit);
  return text;
}

}  // namespace

std::optional<FrameworkPart> read_jax_part(Machine& machine, const PythonEnvironment& environment, const std::string& folder_name,
                                           std::string_view distribution) {
  FrameworkPart part;
  part.name = distribution;
  FoundPackage found = find_package(machine, environment, folder_name);
  part.folder = found.folder;
  std::string_view owners[] = {distribution};
  auto packages = find_distributions(environment, owners, found.folder);
  if (found.folder.empty() && packages.empty()) return std::nullopt;
  if (!found.folder.empty()) part.version = version_of(machine, found.folder);
  if (part.version.empty() && !packages.empty()) part.version = packages.front()->version;
  return part;
}

std::string read_minimum_jaxlib(Machine& machine, const std::string& jax_folder) {
  auto text = read_package_file(machine, path::join(jax_folder, "version.py"), version_file_limit);
  if (!text.is_known()) return {};
  auto assignments = python_source::parse_assignments(*text);
  auto found = assignments.find("_minimum_jaxlib_version");
  return found == assignments.end() ? std::string() : printable(found->second.text, 60);
}

std::optional<MonolithicCuda> parse_monolithic_jaxlib(std::string_view text) {
  auto parsed = Version::parse(text);
  if (!parsed || !parsed->local().starts_with("cuda")) return std::nullopt;
  MonolithicCuda found;
  for (std::string_view word : split(parsed->local(), '.')) {
    if (word.starts_with("cuda") && is_digits(word.substr(4))) found.cuda = dotted(word.substr(4), 2);
    if (word.starts_with("cudnn") && is_digits(word.substr(5))) found.cudnn = dotted(word.substr(5), 1);
  }
  if (found.cuda.empty()) return std::nullopt;
  return found;
}

std::string find_jax_extension(Machine& machine, const PythonEnvironment& environment, const std::string& folder, std::string_view name) {
  auto names = machine.list(folder);
  if (!names) return {};
  std::string tag = python_tag(environment);
  for (const std::string& wanted : {fmt::format("{}.so", name), fmt::format("{}.abi3.so", name), fmt::format("{}.cpython-{}-", name, tag)})
    for (const std::string& file : *names)
      if (wanted.ends_with(".so") ? file == wanted : file.starts_with(wanted) && file.ends_with(".so")) return path::join(folder, file);
  return {};
}

}  // namespace gpuwhy
