#include <algorithm>

#include "causes/support/cause.h"
#include "causes/support/framework_releases.h"

namespace gpuwhy::causes::framework_not_installed {

// The environment that runs holds none of the frameworks that were asked for, or none at all.
Verdict check(const PythonEnvironment& environment, const Snapshot& snapshot) {
  if (!environment.active) return not_applicable("another environment is active");
  bool asked = !snapshot.meta.asked_frameworks.empty();
  std::vector<FrameworkKind> missing;
  for (FrameworkKind framework : wanted_frameworks(snapshot))
    if (!find_build(environment, framework)) missing.push_back(framework);
  if (missing.empty() || (!asked && !environment.frameworks.empty())) return passes();
  if (environment.search_path.is_unknown()) return cannot_tell("where this Python looks for packages", environment.search_path);
  if (environment.packages.is_unknown()) return cannot_tell("the packages of this environment", environment.packages);
  auto python = python_of(environment);
  if (python && std::ranges::none_of(missing, [&](FrameworkKind framework) { return has_any_release(framework, *python); }))
    return not_applicable("no release supports this Python version");

  Finding finding;
  finding.headline = asked ? fmt::format("{} is not installed in the environment that runs", words(missing))
                           : "neither TensorFlow nor PyTorch is installed in the environment that runs";
  finding.details.push_back(fmt::format("judged: {} ({})", environment.interpreter, environment.chosen_by));
  finding.because = {{Source::file, environment.interpreter, environment.chosen_by}};
  if (environment.search_path.is_known()) {
    for (const std::string& folder : *environment.search_path)
      if (folder.ends_with("-packages")) {
        finding.details.push_back(fmt::format("not in {}", folder));
        finding.because.push_back({Source::file, folder, {}});
      }
  }
  finding.severity = asked ? Severity::blocked : Severity::note;
  for (FrameworkKind framework : missing) {
    if (python && !has_any_release(framework, *python)) continue;
    bool torch = framework == FrameworkKind::torch;
    std::string requirement = torch ? "torch" : fmt::format("tensorflow[and-cuda]=={}", newest_release(framework).release);
    finding.remedies.push_back(remedies::install(environment, fmt::format("install {}", words({framework})), {requirement}));
    finding.remedies.back().check = {"gpuwhy", "--framework", torch ? "torch" : "tensorflow"};
  }
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::framework_not_installed
