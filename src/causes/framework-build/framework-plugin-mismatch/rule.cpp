#include "causes/support/cause.h"
#include "causes/support/gpu_packages.h"
#include "frameworks/jax/parts.h"

namespace gpuwhy::causes::framework_plugin_mismatch {

namespace {

using frameworks::jax::find_part;

void list_parts(Finding& finding, const FrameworkBuild& build) {
  for (const FrameworkPart& part : build.parts) {
    if (part.name == "jaxlib-minimum") continue;
    finding.details.push_back(
        fmt::format("{} {}: {}", part.name, part.version, part.folder.empty() ? "its files are not there" : part.folder));
    finding.because.push_back({Source::package, part.folder.empty() ? part.name : part.folder, part.version});
  }
}

// All parts in one step. A package whose files are gone while its dist-info is there would count as installed: it is written again.
std::vector<Remedy> bring_together(const FrameworkContext& context) {
  const FrameworkBuild& build = context.build;
  auto cuda = build.cuda_version.is_known() ? Version::parse(*build.cuda_version) : std::nullopt;
  std::string release = build.version.is_known() ? *build.version : "";
  std::vector<std::string> gone;
  for (const FrameworkPart& part : build.parts)
    if (part.name.starts_with("jax-cuda") && find_package(context.environment, part.name)) gone.push_back(part.name);
  std::string all = cuda ? gpu_requirement(FrameworkKind::jax, cuda->major(), release)
                         : (release.empty() ? std::string("jax") : fmt::format("jax=={}", release));
  Remedy remedy = remedies::install(context.environment, "install the parts of JAX together, in one version", {all});
  if (gate_failed(context.prediction, "cuda-plugin")) uninstall_first(remedy, context.environment, gone);
  remedy.check = remedies::check_command(context.environment, build);
  return {remedy};
}

Finding refused_jaxlib(const FrameworkContext& context, const std::string& words) {
  const FrameworkPart* jaxlib = find_part(context.build, "jaxlib");
  Finding finding;
  finding.headline = fmt::format("jaxlib {} does not fit {}, so it cannot be imported", jaxlib->version, title_of(context.build));
  finding.details.push_back(words);
  finding.also_explains = {"import"};
  return finding;
}

Finding half_plugin(const FrameworkContext& context, const Gate& gate) {
  Finding finding;
  finding.headline = fmt::format("the CUDA plugin of {} is half installed, so it lists only the CPU", title_of(context.build));
  finding.details.push_back(gate.summary);
  return finding;
}

Finding two_plugins(const FrameworkContext& context) {
  Finding finding;
  finding.headline = fmt::format("two CUDA plugins are installed beside {}, and chance decides which one starts", title_of(context.build));
  finding.severity = context.prediction.sees_gpus.is_known() && *context.prediction.sees_gpus > 0 ? Severity::degraded : Severity::blocked;
  finding.confidence = Confidence::likely;
  if (auto remedy = replace_build(context, cuda_major_for(context.snapshot, context.environment))) {
    remedy->title = "keep one plugin";
    finding.remedies = {*remedy};
  }
  return finding;
}

// "jax-cuda12-plugin 0.9.2": a part of the plugin that is not of jaxlib's version; nullptr when all are.
const FrameworkPart* find_other_version(const FrameworkBuild& build, const FrameworkPart& jaxlib) {
  for (const FrameworkPart& part : build.parts)
    if (part.name.starts_with("jax-cuda") && !part.folder.empty() && !part.version.empty() &&
        !frameworks::jax::same_release(part.version, jaxlib.version))
      return &part;
  return nullptr;
}

Finding other_version(const FrameworkPart& part, const FrameworkPart& jaxlib) {
  Finding finding;
  finding.headline = fmt::format("{} {} is not of the version of jaxlib, {}", part.name, part.version, jaxlib.version);
  finding.details.push_back(
      "JAX leaves the plugin's kernels (linear algebra, sparse, random numbers) out then, and operations that need them fail");
  finding.severity = Severity::degraded;
  finding.confidence = Confidence::likely;
  return finding;
}

Finding foreign_python(const FrameworkContext& context, const Gate& gate) {
  Finding finding;
  finding.headline = fmt::format("the CUDA plugin of {} was built for another Python", title_of(context.build));
  finding.details.push_back(gate.summary);
  finding.confidence = Confidence::likely;
  // Its version would satisfy pip, so it is written again by force.
  std::vector<std::string> requirements;
  for (int major : frameworks::jax::majors_of(context.build, "plugin")) {
    const FrameworkPart* part = find_part(context.build, fmt::format("jax-cuda{}-plugin", major));
    requirements.push_back(fmt::format("{}=={}", part->name, part->version));
  }
  finding.remedies = {remedies::reinstall(context.environment, "install the plugin again, for this Python", requirements)};
  finding.remedies.front().check = remedies::check_command(context.environment, context.build);
  finding.remedies.front().effects.clear();  // for which Python a package is made is no part of a snapshot
  return finding;
}

std::optional<Finding> find_mismatch(const FrameworkContext& context, const FrameworkPart& jaxlib) {
  std::string refusal = frameworks::jax::jaxlib_refusal(context.build);
  if (!refusal.empty()) return refused_jaxlib(context, refusal);
  const Gate* plugin = context.prediction.find_gate("cuda-plugin");
  if (plugin && plugin->state == GateState::failed) return half_plugin(context, *plugin);
  if (frameworks::jax::majors_of(context.build, "pjrt").size() > 1) return two_plugins(context);
  if (plugin && plugin->state == GateState::unknown) return foreign_python(context, *plugin);
  if (const FrameworkPart* part = find_other_version(context.build, jaxlib)) return other_version(*part, jaxlib);
  return std::nullopt;
}

}  // namespace

// The packages that JAX is made of are of different versions, half there, or twice there.
Verdict check(const FrameworkContext& context) {
  if (context.build.framework != FrameworkKind::jax) return not_applicable("this framework is one package");
  const FrameworkPart* jaxlib = find_part(context.build, "jaxlib");
  if (!jaxlib || jaxlib->folder.empty()) return not_applicable("there is no jaxlib");
  if (jaxlib->version.empty()) return cannot_tell("the version of jaxlib", "malformed: neither version.py nor a dist-info tells it");
  if (context.build.version.is_unknown()) return cannot_tell("the version of JAX", context.build.version);
  auto finding = find_mismatch(context, *jaxlib);
  if (!finding) return passes();
  list_parts(*finding, context.build);
  if (finding->remedies.empty()) finding->remedies = bring_together(context);
  return fires(std::move(*finding));
}

}  // namespace gpuwhy::causes::framework_plugin_mismatch
