#include "frameworks/jax/parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"

namespace gpuwhy::frameworks::jax {

namespace {

constexpr int cuda_majors[] = {13, 12, 11};

}  // namespace

const FrameworkPart* find_part(const FrameworkBuild& build, std::string_view name) {
  auto part = std::ranges::find(build.parts, name, &FrameworkPart::name);
  return part == build.parts.end() ? nullptr : &*part;
}

std::vector<int> majors_of(const FrameworkBuild& build, std::string_view kind) {
  std::vector<int> found;
  for (int major : cuda_majors) {
    const FrameworkPart* part = find_part(build, fmt::format("jax-cuda{}-{}", major, kind));
    if (part && !part->folder.empty()) found.push_back(major);
  }
  return found;
}

bool is_monolithic(const FrameworkBuild& build) {
  const FrameworkPart* jaxlib = find_part(build, "jaxlib");
  return jaxlib && jaxlib->version.find("+cuda") != std::string::npos && majors_of(build, "pjrt").empty();
}

bool same_release(std::string_view one, std::string_view other) {
  auto first = Version::parse(one), second = Version::parse(other);
  if (!first || !second || first->size() != second->size()) return one == other;
  for (std::size_t i = 0; i < first->size(); ++i)
    if (first->number(i) != second->number(i)) return false;
  return true;
}

std::string jaxlib_refusal(const FrameworkBuild& build) {
  const FrameworkPart* jaxlib = find_part(build, "jaxlib");
  const FrameworkPart* minimum = find_part(build, "jaxlib-minimum");
  auto here = jaxlib ? Version::parse(jaxlib->version) : std::nullopt;
  auto jax = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  auto lowest = minimum ? Version::parse(minimum->version) : std::nullopt;
  if (!here) return {};
  if (lowest && !same_release(jaxlib->version, minimum->version) && *here < *lowest)
    return fmt::format("RuntimeError: jaxlib is version {}, but this version of jax requires version >= {}.", jaxlib->version,
                       minimum->version);
  if (jax && !same_release(jaxlib->version, *build.version) && *here > *jax)
    return fmt::format("RuntimeError: jaxlib version {} is newer than and incompatible with jax version {}.", jaxlib->version,
                       *build.version);
  return {};
}

std::vector<std::string> install_plugin(FrameworkBuild& build, const std::string& site, int cuda_major) {
  std::string release = build.version.is_known() ? *build.version : "", plugin = fmt::format("jax-cuda{}-plugin", cuda_major),
              client = fmt::format("jax-cuda{}-pjrt", cuda_major);
  std::string plugin_folder = fmt::format("{}/jax_cuda{}_plugin", site, cuda_major),
              client_folder = fmt::format("{}/jax_plugins/xla_cuda{}", site, cuda_major);
  std::erase_if(build.parts, [](const FrameworkPart& part) { return part.name.starts_with("jax-cuda"); });
  for (FrameworkPart& part : build.parts)
    if (part.name == "jaxlib") part.version = release;
  build.parts.push_back({plugin, release, plugin_folder});
  build.parts.push_back({client, release, client_folder});
  build.accelerator = Fact<Accelerator>::known(Accelerator::cuda);
  build.cuda_version = Fact<std::string>::known(std::to_string(cuda_major));
  build.cudnn_version = Fact<std::string>::known("9");
  build.objects = objects_of(build).imported;
  std::vector<std::string> added = {plugin_folder + "/_versions.so", plugin_folder + "/cuda_plugin_extension.so",
                                    client_folder + "/xla_cuda_plugin.so"};
  build.objects.insert(build.objects.end(), added.begin(), added.end());
  return added;
}

Objects objects_of(const FrameworkBuild& build) {
  Objects objects;
  for (const std::string& file : build.objects) {
    std::string_view name = path::filename(file);
    if (name.starts_with("_versions.")) objects.versions = file;
    else if (name.starts_with("cuda_plugin_extension.")) objects.extension = file;
    else if (name == "xla_cuda_plugin.so") objects.client = file;
    else objects.imported.push_back(file);
  }
  return objects;
}

}  // namespace gpuwhy::frameworks::jax
