#include "causes/support/cause.h"
#include "causes/support/package_conflicts.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::conflicting_packages {

// Packages of different names that write into one folder are installed side by side: the files of the last one lie there, and for pip both
// are installed. What that does depends on whose files they are.
Verdict check(const FrameworkContext& context) {
  const FrameworkBuild& build = context.build;
  if (context.environment.packages.is_unknown() && build.accelerator.is(Accelerator::cpu))
    return cannot_tell("the packages of this environment", context.environment.packages);
  PackageConflict conflict = find_conflict(context);
  if (conflict.packages.size() < 2) return passes();
  if (build.accelerator.is_unknown()) return cannot_tell("whose files lie in the folder of the framework", build.accelerator);
  bool cpu_files = build.accelerator.is(Accelerator::cpu) && conflict.gpu != nullptr;
  if (cpu_files && machine_has_card(context.snapshot).is(false))
    return not_applicable("this machine has no NVIDIA card, so a CPU build is right");

  Finding finding;
  std::string names = words(conflict);
  if (cpu_files) {
    finding.headline = fmt::format("{} share one folder, and the files in it are the CPU build's", names);
    finding.also_explains = {"cuda-build"};
  } else if (build.framework == FrameworkKind::cupy) {
    finding.severity = Severity::degraded;
    finding.headline = fmt::format("{} are installed at once, over one another", names);
  } else {
    finding.severity = Severity::note;
    finding.headline = fmt::format("{} share one folder; the next upgrade of either may take the GPU away", names);
  }
  finding.details = describe(conflict, context);
  for (const Package* package : conflict.packages)
    finding.because.push_back({Source::package, package->location, fmt::format("{} {}", package->name, package->version)});
  finding.because.push_back(build.accelerator.evidence());
  finding.remedies = {keep_one(conflict, context)};
  return fires(std::move(finding));
}

// The same of packages that gpuwhy predicts nothing for: whose files lie there is told by the times alone, so it is said as a note.
Verdict check(const PythonEnvironment& environment, const Snapshot& snapshot) {
  std::vector<SharedFolder> shared = find_shared_folders(environment);
  if (shared.empty()) return passes();
  if (machine_has_card(snapshot).is(false)) return not_applicable("this machine has no NVIDIA card, so a CPU build is right");
  std::vector<Finding> findings;
  for (const SharedFolder& pair : shared) {
    bool cpu_files = last_of(pair) == pair.cpu;
    Finding finding;
    finding.severity = Severity::note;
    finding.confidence = cpu_files ? Confidence::likely : Confidence::certain;
    finding.headline = fmt::format(
        "{} {} and {} {} share one folder; {}", pair.cpu->name, pair.cpu->version, pair.gpu->name, pair.gpu->version,
        cpu_files ? "the files in it are those of the CPU package, which came last" : "the next upgrade of either may take the GPU away");
    finding.details = describe(pair);
    for (const Package* package : {pair.cpu, pair.gpu})
      finding.because.push_back({Source::package, package->location, fmt::format("{} {}", package->name, package->version)});
    finding.remedies = {keep_gpu_package(pair, environment)};
    findings.push_back(std::move(finding));
  }
  return Fires{std::move(findings)};
}

}  // namespace gpuwhy::causes::conflicting_packages
