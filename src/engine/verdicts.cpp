#include <fmt/format.h>

#include <exception>

#include "engine/judge.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

// Nothing to judge where no process was named.
Verdict judge_process(const Cause& cause, const Snapshot& snapshot) {
  if (snapshot.process.is_absent()) return NotApplicable{"no process was named"};
  if (snapshot.process.is_unknown()) return NotApplicable{"no process was looked at"};
  return cause.check_process(*snapshot.process, snapshot);
}

// The border where a bug of ours in one rule stops: the other rules go on.
template <class Rule>
Verdict guarded(Rule rule) {
  try {
    return rule();
  } catch (const std::exception& error) {
    return Crashed{error.what()};
  }
}

void name_cause(const Cause& cause, const std::string& subject, Verdict& verdict) {
  Fires* fired = std::get_if<Fires>(&verdict);
  if (!fired) return;
  for (Finding& finding : fired->findings) {
    finding.cause = cause.slug;
    if (finding.subject.empty()) finding.subject = subject;
  }
}

}  // namespace

std::vector<CauseVerdict> judge_cause(const Cause& cause, const Snapshot& snapshot, const std::vector<Prediction>& predictions) {
  std::vector<CauseVerdict> verdicts;
  auto add = [&](std::string subject, std::size_t environment, const FrameworkBuild* build, Verdict verdict) {
    name_cause(cause, subject, verdict);
    verdicts.push_back({std::move(subject), environment, build, std::move(verdict)});
  };
  if (cause.check_machine) add("", 0, nullptr, guarded([&] { return cause.check_machine(snapshot); }));
  if (cause.check_process) add("", 0, nullptr, guarded([&] { return judge_process(cause, snapshot); }));
  if (cause.check_environment) {
    for (std::size_t i = 0; i < snapshot.environments.size(); ++i) {
      const PythonEnvironment& environment = snapshot.environments[i];
      if (!environment.active) continue;
      add(environment.interpreter, i, nullptr, guarded([&] { return cause.check_environment(environment, snapshot); }));
    }
  }
  if (!cause.check_framework) return verdicts;
  std::size_t next = 0;
  for (std::size_t i = 0; i < snapshot.environments.size(); ++i) {
    const PythonEnvironment& environment = snapshot.environments[i];
    for (const FrameworkBuild& build : environment.frameworks) {
      const Prediction& prediction = predictions.at(next++);
      if (!environment.active || !prediction.outside.empty()) continue;
      FrameworkContext context{snapshot, environment, build, prediction};
      std::string subject = fmt::format("{} in {}", title_of(build), where_of(environment));
      add(subject, i, &build, guarded([&] { return cause.check_framework(context); }));
    }
  }
  return verdicts;
}

}  // namespace gpuwhy
