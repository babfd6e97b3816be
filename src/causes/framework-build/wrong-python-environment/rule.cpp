#include "causes/support/cause.h"
#include "causes/support/other_environments.h"

namespace gpuwhy::causes::wrong_python_environment {

// The environment that runs has no GPU build, and another one on this machine has: it is the wrong one that runs.
Verdict check(const PythonEnvironment& environment, const Snapshot& snapshot) {
  if (!environment.active) return not_applicable("another environment is active");
  if (environment.frameworks.empty() && environment.packages.is_unknown())
    return cannot_tell("the packages of this environment", environment.packages);
  bool asked = !snapshot.meta.asked_frameworks.empty();
  for (FrameworkKind framework : wanted_frameworks(snapshot)) {
    const FrameworkBuild* build = find_build(environment, framework);
    bool lacks = !build && (asked || environment.frameworks.empty());
    if (!lacks && !(build && build->accelerator.is(Accelerator::cpu))) continue;
    auto other = find_gpu_environment(snapshot, framework);
    if (!other) continue;
    Finding finding;
    finding.headline = fmt::format("the GPU build of {} is in another environment: {}", words({framework}), where_of(*other->environment));
    finding.details = {
        build ? fmt::format("active: {} ({}) with {}, a build without CUDA", where_of(environment), environment.chosen_by, title_of(*build))
              : fmt::format("active: {} ({}) without {}", where_of(environment), environment.chosen_by, words({framework})),
        fmt::format("{}: {}, found by {}", where_of(*other->environment), title_of(*other->build), other->environment->chosen_by)};
    finding.because = {{Source::file, environment.interpreter, environment.chosen_by},
                       {Source::file, other->build->folder, title_of(*other->build)}};
    finding.severity = build || asked ? Severity::blocked : Severity::note;
    finding.confidence = Confidence::likely;
    if (build) finding.also_explains = {"cuda-build"};
    finding.remedies = {activate(*other->environment)};
    return fires(std::move(finding));
  }
  return passes();
}

}  // namespace gpuwhy::causes::wrong_python_environment
