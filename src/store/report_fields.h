// The fields of a report and of a prediction, listed once as those of the snapshot in model/describe.h. Internal to store/.
#pragma once

#include "model/describe.h"
#include "model/report.h"

namespace gpuwhy {

void describe(auto& v, Of<Tried> auto& s) {
  v("rule", s.rule);
  v("place", s.place);
  v("origin", s.origin);
  v("outcome", s.outcome);
}

void describe(auto& v, Of<Resolution> auto& s) {
  v("name", s.name);
  v("caller", s.caller);
  v("state", s.state);
  v("path", s.path);
  v("real_path", s.real_path);
  v("rule", s.rule);
  v("detail", s.detail);
  v("tried", s.tried);
  v("failed_dependency", s.failed_dependency);
}

void describe(auto& v, Of<Gate> auto& s) {
  v(word("name"), s.name);
  v("layer", s.layer);
  v("state", s.state);
  v("summary", s.summary);
  v("log_line", s.log_line);
  v("library", s.library);
  v("code", s.code);
  v("evidence", s.evidence);
}

void describe(auto& v, Of<Call> auto& s) {
  v(word("expression"), s.expression);
  v("answer", s.answer);
  v("is_truth", s.is_truth);
}

void describe(auto& v, Of<Prediction> auto& s) {
  v("framework", s.framework);
  v(word("version"), s.version);
  v("python", s.python);
  v("environment", s.environment);
  v("sees_gpus", s.sees_gpus);
  v("usable_gpus", s.usable_gpus);
  v("calls", s.calls);
  v("outcome", s.outcome);
  v(word("blocked_at"), s.blocked_at);
  v("expected_log", s.expected_log);
  v("basis", s.basis);
  v("gates", s.gates);
  v("libcuda", s.libcuda);
  v(word("outside"), s.outside);
}

void describe(auto& v, Of<Effect> auto& s) {
  v("kind", s.kind);
  v("name", s.name);
  v("value", s.value);
  v("environment", s.environment);
}

void describe(auto& v, Of<Remedy> auto& s) {
  v("title", s.title);
  v("commands", s.commands);
  v("steps", s.steps);
  v("safety", s.safety);
  v("undo", s.undo);
  v("check", s.check);
  v("effects", s.effects);
  v("proven", s.proven);
  v("then", s.then);
  v(word("leaves"), s.leaves);
}

void describe(auto& v, Of<Finding> auto& s) {
  v(word("cause"), s.cause);
  v("subject", s.subject);
  v("headline", s.headline);
  v("details", s.details);
  v("because", s.because);
  v("severity", s.severity);
  v("confidence", s.confidence);
  v("remedies", s.remedies);
  v(word("also_explains"), s.also_explains);
}

void describe(auto& v, Of<RankedFinding> auto& s) {
  v("finding", s.finding);
  v("layer", s.layer);
  v("role", s.role);
  v(word("explains"), s.explains);
}

void describe(auto& v, Of<Rung> auto& s) {
  v("layer", s.layer);
  v("state", s.state);
  v("summary", s.summary);
}

void describe(auto& v, Of<ReportGpu> auto& s) {
  v(word("name"), s.name);
  v(word("pci"), s.pci);
  v(word("compute_capability"), s.compute_capability);
}

void describe(auto& v, Of<MachineSummary> auto& s) {
  v("name", s.name);
  v(word("os"), s.os);
  v(word("platform"), s.platform);
  v(word("driver"), s.driver);
  v("kernel", s.kernel);
  v("gpus", s.gpus);
}

void describe(auto& v, Of<OtherEnvironment> auto& s) {
  v("interpreter", s.interpreter);
  v("chosen_by", s.chosen_by);
  v("summary", s.summary);
}

void describe(auto& v, Of<NextCheck> auto& s) {
  v("command", s.command);
  v(word("decides"), s.decides);
}

void describe(auto& v, Of<NotTold> auto& s) {
  v("fact", s.fact);
  v(word("why"), s.why);
  v("detail", s.detail);
}

void describe(auto& v, Of<LibraryCopy> auto& s) {
  v(word("framework"), s.framework);
  v(word("library"), s.library);
  v("path", s.path);
  v(word("version"), s.version);
  v(word("brought_by"), s.brought_by);
}

void describe(auto& v, Of<SharedProcess> auto& s) {
  v(word("order"), s.order);
  v("libraries", s.libraries);
}

void describe(auto& v, Of<ReportedProcess> auto& s) {
  v("pid", s.pid);
  v("command", s.command);
  v("executable", s.executable);
  v(word("started"), s.started);
  v("mapped", s.mapped);
  v("device_files", s.device_files);
  v("differences", s.differences);
}

void describe(auto& v, Of<Rider> auto& s) {
  v(word("name"), s.name);
  v(word("version"), s.version);
  v(word("variant"), s.variant);
}

void describe(auto& v, Of<Report> auto& s) {
  v(word("tool_version"), s.tool_version);
  v(word("facts_as_of"), s.facts_as_of);
  v(word("basis"), s.basis);
  v("machine", s.machine);
  v("judged_environment", s.judged_environment);
  v(word("judged_python"), s.judged_python);
  v("judged_for", s.judged_for);
  v("verdict", s.verdict);
  v("predictions", s.predictions);
  v("ladder", s.ladder);
  v("findings", s.findings);
  v(word("unexplained"), s.unexplained);
  v("next_check", s.next_check);
  v("unknown", s.unknown);
  v("others", s.others);
  v("remarks", s.remarks);
  v("environment_notes", s.environment_notes);
  v("shared_process", s.shared_process);
  v("process", s.process);
  v("riders", s.riders);
  v("timings_ms", s.timings_ms);
  v("home", s.home);
}

}  // namespace gpuwhy
