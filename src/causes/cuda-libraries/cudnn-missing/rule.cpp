#include "causes/support/cause.h"

namespace gpuwhy::causes::cudnn_missing {

// The framework opens libcudnn.so.N by name and none of the places that the loader looks in for that caller has it.
Verdict check(const FrameworkContext& context) {
  for (const Gate* gate : broken_library_gates(context.prediction)) {
    const Resolution& failure = gate->library->root_failure();
    if (!failure.name.starts_with("libcudnn") || failure.state != ResolutionState::not_found) continue;
    // Another major version that is there is a different fault: cudnn-version-mismatch.
    if (has_other_cudnn_major(context, failure.name)) return not_applicable("cuDNN of another major version is installed");
    // Wheels that lie beside the framework in a folder that it never searches are wheel-search-path-broken.
    if (!installed_but_not_searched(context, failure.name).empty()) return not_applicable("the file is installed where this framework does not look");

    std::string wheel = wheel_for(context.build, failure.name);
    Finding finding;
    finding.headline = fmt::format("cuDNN ({}) is not installed in this environment", failure.name);
    finding.details.push_back(fmt::format("{} opens {}; none of the places it looks in has it", title_of(context.build), failure.name));
    for (std::string& line : tried_lines(failure, context.snapshot)) finding.details.push_back("  " + std::move(line));
    if (!wheel.empty() && !find_package(context.environment, wheel)) finding.details.push_back(fmt::format("the package {} is not installed", wheel));
    finding.because = {evidence_of(failure)};
    finding.severity = gate->state == GateState::failed ? Severity::blocked : Severity::degraded;
    finding.remedies = {reinstall_library(context, failure.name)};
    finding.also_explains = {gate->name};
    return fires(std::move(finding));
  }
  if (const Gate* gate = context.prediction.find_gate("import"); gate && gate->state == GateState::unknown) return cannot_tell("the libraries of the framework", gate->summary);
  return passes();
}

}  // namespace gpuwhy::causes::cudnn_missing
