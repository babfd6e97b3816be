#include <algorithm>

#include "base/text.h"
#include "base/version.h"
#include "causes/support/cause.h"
#include "causes/support/compilers.h"
#include "facts/compatibility.h"
#include "frameworks/predict.h"

namespace gpuwhy::causes::known_bad_versions {

namespace {

struct Part {
  std::string name, version, place;  // as installed: "nvidia-cudnn-cu12"
};

bool concerns(const facts::KnownBad& row, const FrameworkBuild& build) {
  bool xla = build.framework == FrameworkKind::tensorflow || build.framework == FrameworkKind::jax;
  if (row.framework != "any" && !(row.framework == "any-xla" && xla) && row.framework != slug(build.framework)) return false;
  if (row.framework_from.empty() && row.framework_below.empty()) return true;
  return build.version.is_known() && facts::is_in_range(*build.version, row.framework_from, row.framework_below);
}

// The installed package, or the ptxas that XLA would start, of a version in this range.
std::optional<Part> find_part(const FrameworkContext& context, std::string_view name, std::string_view from, std::string_view below) {
  if (name == "ptxas") {
    const CompilerFile* file = reason_for_xla(context) ? find_searched(context, name) : nullptr;
    bool bad = file && facts::is_in_range(file->version, from, below);
    return bad ? std::optional(Part{"ptxas", file->version, file->path}) : std::nullopt;
  }
  if (!context.environment.packages.is_known()) return std::nullopt;
  auto cuda = context.build.cuda_version.is_known() ? Version::parse(*context.build.cuda_version) : std::nullopt;
  for (const Package& package : *context.environment.packages) {
    if (facts::without_cuda_ending(package.name) != name || !facts::is_in_range(package.version, from, below)) continue;
    // The copy for another CUDA major is not the one that this build loads.
    bool of_another = cuda && package.name != name && !package.name.ends_with(fmt::format("-cu{}", cuda->major()));
    if (!of_another) return Part{package.name, package.version, package.location};
  }
  return std::nullopt;
}

// The first card that the row speaks of; nothing when there are too few or none is of that kind.
std::optional<CudaDevice> find_card(const FrameworkContext& context, const facts::KnownBad& row) {
  for (const DriverAnswers& driver : context.snapshot.drivers) {
    if (!driver.devices.is_known() || static_cast<int>(driver.devices->size()) < row.gpus) continue;
    for (const CudaDevice& device : *driver.devices)
      if ((row.cc_from.empty() && row.cc_below.empty()) || facts::is_in_range(device.compute_capability, row.cc_from, row.cc_below))
        return device;
  }
  return std::nullopt;
}

// "9.11" of "nvidia-cudnn<9.11" -> a version that satisfies it: "9.10".
std::string satisfying(std::string_view comparison, const Version& bound) {
  if (comparison == ">=") return bound.text();
  return bound.minor() > 0 ? fmt::format("{}.{}", bound.major(), bound.minor() - 1) : fmt::format("{}", bound.major() - 1);
}

Remedy cure_of(const FrameworkContext& context, const facts::KnownBad& row, const std::vector<Part>& parts) {
  std::size_t end = row.cure.find_first_of("<>");
  std::string_view stem = row.cure.substr(0, end), rest = row.cure.substr(end);
  std::string_view comparison = rest.starts_with(">=") ? ">=" : "<";
  std::string name(stem);
  auto cuda = context.build.cuda_version.is_known() ? Version::parse(*context.build.cuda_version) : std::nullopt;
  if (stem.starts_with("nvidia-") && cuda && cuda->major() < 13) name += fmt::format("-cu{}", cuda->major());
  for (const Part& part : parts)
    if (facts::without_cuda_ending(part.name) == stem) name = part.name;
  Remedy remedy =
      remedies::install(context.environment, fmt::format("move {} to a version that works here", name), {name + std::string(rest)});
  std::string target = satisfying(comparison, version(rest.substr(comparison.size())));
  remedy.effects.clear();
  if (parts.front().name != "ptxas") remedy.effects = {{Effect::Kind::install_package, name, target, context.environment.interpreter}};
  for (const FrameworkBuild& other : context.environment.frameworks) {
    const Package* package = find_package(context.environment, other.distribution);
    bool asks = package && std::ranges::any_of(package->requires_dist, [&](const std::string& line) {
                  return line.starts_with(name) && line.find("==") != std::string::npos;
                });
    if (asks)
      remedy.steps.push_back(fmt::format(
          "{} pins its own version of {}: pip names the conflict, and a newer release of it may need that version", title_of(other), name));
  }
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

std::optional<Finding> judge(const FrameworkContext& context, const facts::KnownBad& row) {
  auto part = find_part(context, row.package, row.package_from, row.package_below);
  if (!part) return std::nullopt;
  std::vector<Part> parts = {*part};
  if (!row.second.empty()) {
    auto second = find_part(context, row.second, row.second_from, row.second_below);
    if (!second) return std::nullopt;
    parts.push_back(*second);
  }
  auto card = row.gpus > 0 ? find_card(context, row) : std::nullopt;
  if (row.gpus > 0 && !card) return std::nullopt;

  Finding finding;
  std::string_view what = row.kind == "wrong-results" ? "is known to give wrong numbers"
                          : row.kind == "crash"       ? "is known to crash"
                                                      : "is known to fail";
  bool by_card = !row.cc_from.empty() || !row.cc_below.empty();
  std::string pair = parts.size() > 1 ? fmt::format(" and {} {}", parts[1].name, parts[1].version) : "";
  finding.headline = fmt::format("{} with {} {}{}{} {}", title_of(context.build), part->name, part->version, pair,
                                 by_card ? fmt::format(" on {}", card->name) : "", what);
  finding.details = {std::string(row.effect)};
  if (by_card) finding.details.push_back(fmt::format("{}: compute capability {}", card->name, card->compute_capability));
  finding.details.push_back(fmt::format("known from {}", row.source));
  for (const Part& one : parts) finding.because.push_back({Source::package, one.place, fmt::format("{} {}", one.name, one.version)});
  finding.severity = Severity::degraded;
  finding.confidence = Confidence::likely;
  finding.remedies = {cure_of(context, row, parts)};
  return finding;
}

}  // namespace

// A row of the table holds in every condition: framework, package, card. Where no GPU is used a row about a GPU says nothing.
Verdict check(const FrameworkContext& context) {
  if (!context.build.accelerator.is(Accelerator::cuda)) return not_applicable("this build uses no CUDA");
  const Gate* architecture = context.prediction.find_gate("architecture");
  bool works = !context.prediction.sees_gpus.is(std::int64_t{0}) && !(architecture && architecture->state == GateState::failed);
  Fires found;
  for (const facts::KnownBad& row : facts::known_bad())
    if (concerns(row, context.build) && (works || row.gpus == 0))
      if (auto finding = judge(context, row)) found.findings.push_back(std::move(*finding));
  if (!found.findings.empty()) return found;
  if (context.environment.packages.is_unknown()) return cannot_tell("the packages of this environment", context.environment.packages);
  return passes();
}

}  // namespace gpuwhy::causes::known_bad_versions
