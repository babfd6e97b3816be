#include <algorithm>

#include "causes/support/broken_environment.h"
#include "causes/support/cause.h"
#include "causes/support/framework_releases.h"
#include "causes/support/gpu_packages.h"
#include "frameworks/predict.h"

namespace gpuwhy::causes::framework_not_installed {

// The environment that runs holds none of the frameworks that were asked for, or none at all.
Verdict check(const PythonEnvironment& environment, const Snapshot& snapshot) {
  if (!environment.active) return not_applicable("another environment is active");
  if (environment.base_problem.is_known()) return fires(broken_environment(environment, snapshot));
  bool asked = !snapshot.meta.asked_frameworks.empty();
  std::vector<FrameworkKind> missing;
  for (FrameworkKind framework : wanted_frameworks(snapshot))
    if (!find_build(environment, framework)) missing.push_back(framework);
  if (missing.empty() || (!asked && !environment.frameworks.empty())) return passes();
  if (environment.search_path.is_unknown()) return cannot_tell("where this Python looks for packages", environment.search_path);
  if (environment.packages.is_unknown()) return cannot_tell("the packages of this environment", environment.packages);
  auto python = python_of(environment);
  if (python && std::ranges::none_of(missing, [&](FrameworkKind framework) {
        return (asked || tells_pythons(framework)) && has_any_release(framework, *python);
      }))
    return not_applicable("no release supports this Python version");

  Finding finding;
  finding.headline = asked ? fmt::format("{} is not installed in the environment that runs", words(missing))
                           : "no framework that gpuwhy knows is installed in the environment that runs";
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
    if (!asked && !tells_pythons(framework)) continue;  // three ways are enough where nobody said which one
    std::string requirement = gpu_requirement(framework, cuda_major_for(snapshot, environment));
    finding.remedies.push_back(remedies::install(environment, fmt::format("install {}", words({framework})), {requirement}));
    finding.remedies.back().check = {"gpuwhy", "--framework", std::string(slug(framework))};
  }
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::framework_not_installed
