#include "causes/support/package_conflicts.h"

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/framework_releases.h"
#include "causes/support/gpu_packages.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

// Those of Linux on x86-64 and ARM that hold files of their own; the ones with CUDA in the first row.
constexpr std::array<std::string_view, 4> tensorflow_gpu = {"tensorflow", "tensorflow-gpu", "tf-nightly", "tf-nightly-gpu"};
constexpr std::array<std::string_view, 5> tensorflow_other = {"tensorflow-cpu", "tensorflow-intel", "tensorflow-cpu-aws",
                                                              "intel-tensorflow", "tf-nightly-cpu"};
constexpr std::array<std::string_view, 3> onnxruntime_gpu = {"onnxruntime-gpu", "ort-nightly-gpu", "ort-gpu-nightly"};

// Two distributions of one import package, and its folder. Sources: Paddle issue 47344 (an answer of its makers); XGBoost's README.cpu.rst.
struct Pair {
  std::string_view cpu, gpu, folder;
};
constexpr std::array<Pair, 2> other_pairs = {{{"paddlepaddle", "paddlepaddle-gpu", "paddle"}, {"xgboost-cpu", "xgboost", "xgboost"}}};

bool is_any(std::string_view name, auto& names) { return std::ranges::find(names, name) != names.end(); }

bool is_condas_record(const Package& package) { return package.location.ends_with(".json"); }

// It lies beside the framework's folder, so that its files do too.
bool is_beside(const Package& package, const FrameworkBuild& build) {
  return !build.folder.empty() && path::parent(package.location) == path::parent(build.folder);
}

// A wheel without files of its own that only requires the other one (tensorflow 2.15 for ARM), or one whose name was given up.
bool is_empty_wheel(const Package& package, const std::vector<const Package*>& all) {
  if (package.name == "tensorflow-gpu" && package.version.starts_with("2.12")) return true;
  return std::ranges::any_of(package.requires_dist, [&](const std::string& requirement) {
    std::string name = normalised_package_name(requirement.substr(0, requirement.find_first_of(" [(<>=!~;")));
    return name != package.name && std::ranges::any_of(all, [&](const Package* other) { return other->name == name; });
  });
}

std::vector<const Package*> tensorflow_packages(const FrameworkContext& context) {
  std::vector<const Package*> found;
  for (const Package& package : *context.environment.packages) {
    bool ours = is_any(package.name, tensorflow_gpu) || is_any(package.name, tensorflow_other);
    if (ours && !is_condas_record(package) && is_beside(package, context.build)) found.push_back(&package);
  }
  std::vector<const Package*> all = found;
  std::erase_if(found, [&](const Package* package) { return is_empty_wheel(*package, all); });
  return found;
}

// conda's record of PyTorch and a dist-info that pip or uv wrote.
std::vector<const Package*> torch_packages(const FrameworkContext& context) {
  const Package *condas = nullptr, *pips = nullptr;
  for (const Package& package : *context.environment.packages) {
    if (is_condas_record(package) && (package.name == "pytorch" || package.name == "torch")) condas = &package;
    if (!is_condas_record(package) && package.name == "torch" && package.installer != "conda" && is_beside(package, context.build))
      pips = &package;
  }
  return condas && pips ? std::vector<const Package*>{condas, pips} : std::vector<const Package*>{};
}

// Those that the build itself names.
std::vector<const Package*> named_packages(const FrameworkContext& context) {
  std::vector<const Package*> found;
  auto add = [&](const std::string& name) {
    const Package* package = find_package(context.environment, name);
    if (package && std::ranges::find(found, package) == found.end()) found.push_back(package);
  };
  add(context.build.distribution);
  for (const FrameworkPart& part : context.build.parts)
    if (!part.folder.empty()) add(part.name);
  return found;
}

bool is_gpu_package(const FrameworkContext& context, const Package& package) {
  switch (context.build.framework) {
    case FrameworkKind::tensorflow:
      return is_any(package.name, tensorflow_gpu);
    case FrameworkKind::onnxruntime:
      return is_any(package.name, onnxruntime_gpu);
    case FrameworkKind::cupy:
      return package.name == context.build.distribution;  // the one whose files lie there
    case FrameworkKind::torch:
      return !is_condas_record(package);
    case FrameworkKind::jax:
      break;
  }
  return false;
}

// The release of the kept package, or the last one before it whose wheels find their libraries.
std::string release_to_install(const FrameworkContext& context, const Package& package) {
  bool broken = context.build.framework == FrameworkKind::tensorflow && package.version == broken_tensorflow;
  return broken ? std::string(last_working_tensorflow) : package.version;
}

// The GPU build of the kept package by force. PyTorch's CPU and GPU builds have one name: there the variant is chosen by driver and card.
Remedy install_alone(const FrameworkContext& context, const Package& kept) {
  const FrameworkBuild& build = context.build;
  if (build.framework == FrameworkKind::torch && build.accelerator.is(Accelerator::cpu)) return install_gpu_build(context).front();
  auto parsed = Version::parse(kept.version);
  if (build.framework == FrameworkKind::torch && parsed && !parsed->local().empty())
    return remedies::torch_variant(context.environment, kept.version.substr(0, kept.version.find('+')), parsed->local());
  std::string release = release_to_install(context, kept), extra = kept.name == "tensorflow" ? "[and-cuda]" : "";
  Remedy remedy = remedies::reinstall(context.environment, "", {fmt::format("{}{}=={}", kept.name, extra, release)});
  remedy.effects.push_back({Effect::Kind::replace_build, std::string(slug(build.framework)), release, context.environment.interpreter});
  return remedy;
}

bool is_later(const Package& package, const Package& other) {
  return package.installed_at.is_known() && other.installed_at.is_known() && *package.installed_at > *other.installed_at;
}

std::string installed_line(const Package& package, bool is_last) {
  return fmt::format("installed: {} {}{}{}", package.name, package.version,
                     package.installer.empty() ? "" : fmt::format(", by {}", package.installer), is_last ? ", the last one" : "");
}

std::string folder_line(std::string_view folder) { return fmt::format("each writes into {}; what lies there is the last one's", folder); }

// What takes all of them out first, and then does what `remedy` does for the one to keep.
Remedy alone(Remedy remedy, const Package& kept, const std::vector<const Package*>& packages, const PythonEnvironment& environment) {
  std::vector<std::string> names;
  std::vector<Command> condas;
  std::vector<Effect> removed;
  for (const Package* package : packages) {
    removed.push_back({Effect::Kind::remove_package, package->name, "", environment.interpreter});
    if (!is_condas_record(*package)) names.push_back(package->name);
    else condas.push_back({"conda", "remove", "-p", environment.prefix, "--force", package->name});
  }
  uninstall_first(remedy, environment, names);
  remedy.commands.insert(remedy.commands.begin(), condas.begin(), condas.end());
  remedy.effects.insert(remedy.effects.begin(), removed.begin(), removed.end());
  remedy.title = fmt::format("remove both, then install {} alone", kept.name);
  remedy.steps.push_back("a package that requires the other one would bring it back: find it with `pip show NAME` (Required-by)");
  return remedy;
}

}  // namespace

PackageConflict find_conflict(const FrameworkContext& context) {
  PackageConflict conflict;
  if (!context.environment.packages.is_known()) return conflict;
  if (context.build.framework == FrameworkKind::tensorflow) conflict.packages = tensorflow_packages(context);
  else if (context.build.framework == FrameworkKind::torch) conflict.packages = torch_packages(context);
  else if (context.build.framework != FrameworkKind::jax) conflict.packages = named_packages(context);
  conflict.conda_and_pip = context.build.framework == FrameworkKind::torch;
  std::ranges::sort(conflict.packages, {}, &Package::name);
  for (const Package* package : conflict.packages)
    if (!conflict.gpu && is_gpu_package(context, *package)) conflict.gpu = package;
  return conflict;
}

std::string words(const PackageConflict& conflict) {
  std::vector<std::string> names;
  for (const Package* package : conflict.packages)
    names.push_back(conflict.conda_and_pip ? fmt::format("{}'s {} {}", package->installer.empty() ? "pip" : package->installer,
                                                         package->name, package->version)
                                           : fmt::format("{} {}", package->name, package->version));
  return join(names, " and ");
}

std::vector<std::string> describe(const PackageConflict& conflict, const FrameworkContext& context) {
  std::vector<std::string> lines;
  auto is_last = [&](const Package* package) {
    return std::ranges::all_of(conflict.packages, [&](const Package* other) { return other == package || is_later(*package, *other); });
  };
  for (const Package* package : conflict.packages) lines.push_back(installed_line(*package, is_last(package)));
  const FrameworkBuild& build = context.build;
  lines.push_back(folder_line(build.folder));
  const Evidence& files = build.accelerator.is_known() ? build.accelerator.evidence() : build.version.evidence();
  if (!files.excerpt.empty()) lines.push_back(fmt::format("{} says: {}", files.locator, files.excerpt));
  return lines;
}

Remedy keep_one(const PackageConflict& conflict, const FrameworkContext& context) {
  const PythonEnvironment& environment = context.environment;
  const Package& kept = conflict.gpu ? *conflict.gpu : *conflict.packages.front();
  Remedy remedy = install_alone(context, kept);
  if (remedy.commands.empty()) return remedy;
  remedy = alone(std::move(remedy), kept, conflict.packages, environment);
  remedy.check = remedies::check_command(environment, context.build);
  return remedy;
}

std::vector<SharedFolder> find_shared_folders(const PythonEnvironment& environment) {
  std::vector<SharedFolder> found;
  if (!environment.packages.is_known()) return found;
  for (const Pair& pair : other_pairs) {
    const Package *cpu = find_package(environment, pair.cpu), *gpu = find_package(environment, pair.gpu);
    if (!cpu || !gpu || is_condas_record(*cpu) || is_condas_record(*gpu)) continue;
    std::string_view site = path::parent(cpu->location);
    if (site == path::parent(gpu->location)) found.push_back({cpu, gpu, path::join(site, pair.folder)});
  }
  return found;
}

const Package* last_of(const SharedFolder& shared) {
  return is_later(*shared.cpu, *shared.gpu) ? shared.cpu : is_later(*shared.gpu, *shared.cpu) ? shared.gpu : nullptr;
}

std::vector<std::string> describe(const SharedFolder& shared) {
  const Package* last = last_of(shared);
  return {installed_line(*shared.cpu, last == shared.cpu), installed_line(*shared.gpu, last == shared.gpu), folder_line(shared.folder)};
}

Remedy keep_gpu_package(const SharedFolder& shared, const PythonEnvironment& environment) {
  const Package& kept = *shared.gpu;
  Remedy remedy = remedies::reinstall(environment, "", {fmt::format("{}=={}", kept.name, kept.version)});
  remedy = alone(std::move(remedy), kept, {shared.cpu, shared.gpu}, environment);
  if (kept.name == "paddlepaddle-gpu")
    remedy.steps.push_back("where pip does not find that release: its makers' installation page names the index for this CUDA");
  remedy.check = {"gpuwhy", "--python", environment.interpreter};
  return remedy;
}

}  // namespace gpuwhy
