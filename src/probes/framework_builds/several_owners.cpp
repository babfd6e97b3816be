#include "probes/framework_builds/several_owners.h"

#include <fmt/format.h>

#include "base/path.h"

namespace gpuwhy {

const Package* find_owner(const std::vector<const Package*>& distributions, std::string_view by_files, const Fact<std::string>& version) {
  const Package* named = nullptr;
  for (const Package* package : distributions) {
    if (package->name != by_files) continue;
    if (version.is(package->version)) return package;
    if (!named) named = package;
  }
  if (named) return named;
  const Package* last = nullptr;
  for (const Package* package : distributions) {
    if (!last) last = package;
    bool later = package->installed_at.is_known() && last->installed_at.is_known() && *package->installed_at > *last->installed_at;
    if (later) last = package;
  }
  return last;
}

void take_owner(FrameworkBuild& build, const std::vector<const Package*>& distributions, const Package* owner) {
  for (const Package* package : distributions) {
    bool is_beside = path::parent(package->location) == path::parent(build.folder);
    if (package != owner) build.parts.push_back({package->name, package->version, is_beside ? build.folder : ""});
  }
  if (!owner) return;
  build.distribution = owner->name;
  if (build.version.is_known() || owner->version.empty()) return;
  build.version =
      Fact<std::string>::known(owner->version, {Source::package, owner->location, fmt::format("{} {}", owner->name, owner->version)});
}

}  // namespace gpuwhy
