#include "probes/framework_builds/extension_module.h"

#include <fmt/format.h>

#include "base/path.h"
#include "probes/framework_builds/package_files.h"

namespace gpuwhy {

std::string find_extension_module(Machine& machine, const PythonEnvironment& environment, const std::string& folder,
                                  std::string_view stem) {
  auto names = machine.list(folder);
  if (!names) return {};
  std::string tagged = fmt::format("{}.cpython-{}-", stem, python_tag(environment)), stable, plain;
  for (const std::string& name : *names) {
    if (name.starts_with(tagged) && name.ends_with(".so")) return path::join(folder, name);
    if (name == fmt::format("{}.abi3.so", stem)) stable = name;
    if (name == fmt::format("{}.so", stem)) plain = name;
  }
  const std::string& found = stable.empty() ? plain : stable;
  return found.empty() ? std::string() : path::join(folder, found);
}

std::string extension_pattern(const PythonEnvironment& environment, std::string_view stem) {
  std::string tag = python_tag(environment);
  return tag.empty() ? fmt::format("{}.*.so", stem) : fmt::format("{}.cpython-{}-*.so", stem, tag);
}

}  // namespace gpuwhy
