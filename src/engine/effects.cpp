#include "engine/effects.h"

#include <algorithm>

#include "base/path.h"
#include "engine/driver_effects.h"
#include "engine/library_effects.h"

namespace gpuwhy {

namespace {

void set_variable(Snapshot& snapshot, const std::string& name, const std::optional<std::string>& value) {
  if (value) snapshot.variables[name] = *value;
  else snapshot.variables.erase(name);
  Fact<std::string> fact =
      value ? Fact<std::string>::known(*value, {Source::env, name, *value}) : Fact<std::string>::absent({Source::env, name, ""});
  if (name == "LD_LIBRARY_PATH") snapshot.loader.library_path = fact;
  if (name == "LD_PRELOAD") snapshot.loader.preload = fact;
  if (name == "CUDA_VISIBLE_DEVICES") effects::apply_visible_devices(snapshot);
}

void remove_startup_code(Snapshot& snapshot, const std::string& file) {
  for (PythonEnvironment& environment : snapshot.environments) {
    if (!environment.startup_code.is_known()) continue;
    std::erase_if(environment.startup_code.edit(), [&](const StartupCode& code) { return code.path == file; });
  }
}

void add_cache_folder(Snapshot& snapshot, const std::string& folder) {
  Fact<std::vector<std::string>>& folders = snapshot.loader.cache_folders;
  if (!folders.is_known()) folders = Fact<std::vector<std::string>>::known({});
  if (std::ranges::find(*folders, folder) == folders->end()) folders.edit().push_back(folder);
}

void apply(Snapshot& snapshot, const Effect& effect) {
  using Kind = Effect::Kind;
  switch (effect.kind) {
    case Kind::set_variable:
      return set_variable(snapshot, effect.name, effect.value);
    case Kind::unset_variable:
      return set_variable(snapshot, effect.name, std::nullopt);
    case Kind::provide_library:
      return effects::put_library(snapshot.libraries, path::join(effect.value, effect.name), effect.name);
    case Kind::remove_path:
      return effects::remove_path(snapshot, effect.name);
    case Kind::install_package:
      return effects::install_package(snapshot, effect);
    case Kind::remove_package:
      return effects::remove_package(snapshot, effect);
    case Kind::replace_build:
      return effects::replace_build(snapshot, effect);
    case Kind::complete_libraries:
      return effects::complete_libraries(snapshot, effect);
    case Kind::driver_works:
      return effects::make_driver_work(snapshot, effect.value);
    case Kind::nvml_works:
      return effects::make_nvml_work(snapshot);
    case Kind::nodes_open:
      return effects::open_nodes(snapshot);
    case Kind::refresh_cache:
      if (!effect.value.empty()) add_cache_folder(snapshot, effect.value);
      return effects::refresh_cache(snapshot);
    case Kind::default_compute:
      return effects::free_cards(snapshot);
    case Kind::startup_removed:
      return remove_startup_code(snapshot, effect.name);
  }
}

}  // namespace

Snapshot with_effects(const Snapshot& snapshot, const std::vector<Effect>& effects) {
  Snapshot after = snapshot;
  for (const Effect& effect : effects) apply(after, effect);
  return after;
}

}  // namespace gpuwhy
