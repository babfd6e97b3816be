#include "engine/rank.h"

#include <fmt/format.h>

#include <algorithm>

#include "causes/registry.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

bool is_open(const Prediction& prediction) {
  return !is_stopped(prediction) && !prediction.usable_gpus.is_known() && prediction.outside.empty();
}

// In a text what is proven stands before what is likely, and possibilities keep the order of their strength.
bool comes_before_in_text(const RankedFinding& a, const RankedFinding& b) {
  if (a.finding.confidence != b.finding.confidence) return a.finding.confidence > b.finding.confidence;
  return a.finding.confidence != Confidence::possible && a.layer < b.layer;
}

// Lower on the ladder first; on one rung the surer one; else as the catalogue has them.
bool comes_before(const RankedFinding& a, const RankedFinding& b) {
  bool a_sure = a.finding.confidence != Confidence::possible, b_sure = b.finding.confidence != Confidence::possible;
  if (a_sure != b_sure) return a_sure;
  if (a.layer != b.layer) return a.layer < b.layer;
  return a.finding.confidence > b.finding.confidence;
}

bool explains_gate(const RankedFinding& ranked, const std::string& gate) {
  const Cause* cause = find_cause(ranked.finding.cause);
  bool listed = cause && std::ranges::find(cause->gates, gate) != cause->gates.end();
  return listed || std::ranges::find(ranked.finding.also_explains, gate) != ranked.finding.also_explains.end();
}

void fold_consequences(std::vector<RankedFinding>& findings, bool from_text) {
  for (RankedFinding& upper : findings) {
    for (RankedFinding& lower : findings) {
      const Cause* cause = find_cause(lower.finding.cause);
      if (&upper == &lower || !cause || lower.role == Role::note || upper.role == Role::note) continue;
      if (upper.finding.cause == lower.finding.cause || !entails(*cause, upper.finding.cause)) continue;
      // A mere possibility hides nothing that is proven, and in a text, where possibilities exclude each other, nothing at all.
      bool is_possible = lower.finding.confidence == Confidence::possible;
      if (is_possible && (from_text || upper.finding.confidence != Confidence::possible)) continue;
      upper.role = Role::consequence;
      if (std::ranges::find(lower.explains, upper.finding.cause) == lower.explains.end()) lower.explains.push_back(upper.finding.cause);
    }
  }
}

// A finding can only be the reason for something that fails. What looks odd below a framework that works is said as a note.
void demote_without_effect(const RankInput& input, std::vector<RankedFinding>& findings) {
  for (RankedFinding& ranked : findings) {
    if (ranked.finding.severity == Severity::note) ranked.role = Role::note;
    if (ranked.finding.severity != Severity::blocked || input.machine_matters) continue;
    bool has_effect =
        std::ranges::any_of(input.predictions, [&](const Prediction& p) { return concerns(ranked.finding, p) && is_stopped(p); });
    if (has_effect) continue;
    bool may_have = std::ranges::any_of(input.predictions, [&](const Prediction& p) { return concerns(ranked.finding, p) && is_open(p); });
    if (may_have) {
      ranked.role = Role::candidate;
    } else {
      ranked.role = Role::note;
      ranked.finding.severity = Severity::note;
    }
  }
}

std::vector<std::string> unexplained_gates(const RankInput& input) {
  std::vector<std::string> left;
  for (const Prediction& prediction : input.predictions) {
    const Gate* gate = is_stopped(prediction) ? prediction.first_failed() : nullptr;
    if (!gate) continue;
    bool explained = std::ranges::any_of(input.findings, [&](const RankedFinding& ranked) {
      return ranked.finding.severity == Severity::blocked && concerns(ranked.finding, prediction) && explains_gate(ranked, gate->name);
    });
    if (!explained) left.push_back(fmt::format("{} stops at {}: {}", display_name(prediction.framework), gate->name, gate->summary));
  }
  return left;
}

}  // namespace

bool is_stopped(const Prediction& prediction) {
  return prediction.outside.empty() &&
         (prediction.outcome != Outcome::lists || prediction.sees_gpus.is(std::int64_t{0}) || prediction.usable_gpus.is(std::int64_t{0}));
}

bool concerns(const Finding& finding, const Prediction& prediction) {
  const std::string& subject = finding.subject;
  if (subject.empty() || subject == prediction.python) return true;
  return subject.starts_with(fmt::format("{} {}", display_name(prediction.framework), prediction.version));
}

std::vector<std::string> rank(RankInput& input) {
  std::vector<RankedFinding>& findings = input.findings;
  std::ranges::stable_sort(findings, input.from_text ? comes_before_in_text : comes_before);
  for (RankedFinding& ranked : findings) ranked.role = Role::also;
  demote_without_effect(input, findings);
  fold_consequences(findings, input.from_text);
  bool has_root = false;
  for (Severity severity : {Severity::blocked, Severity::degraded}) {
    for (RankedFinding& ranked : findings) {
      // What a text complains of is its cause, whether it stops or only slows the work.
      bool counts = input.from_text ? ranked.finding.severity != Severity::note : ranked.finding.severity == severity;
      if (has_root || ranked.role != Role::also || !counts) continue;
      bool sure = ranked.finding.confidence != Confidence::possible;
      ranked.role = sure ? Role::root : Role::candidate;
      has_root = sure;
    }
  }
  for (RankedFinding& ranked : findings) {
    if (ranked.role == Role::also && ranked.finding.confidence == Confidence::possible) ranked.role = Role::candidate;
    const Cause* cause = find_cause(ranked.finding.cause);
    if (ranked.role != Role::root || !cause) continue;
    for (const Prediction& prediction : input.predictions)
      for (const Gate& gate : prediction.gates) {
        bool account = gate.state == GateState::failed && concerns(ranked.finding, prediction) && explains_gate(ranked, gate.name);
        if (account && std::ranges::find(ranked.explains, gate.name) == ranked.explains.end()) ranked.explains.push_back(gate.name);
      }
  }
  std::ranges::stable_sort(findings, [](const RankedFinding& a, const RankedFinding& b) { return a.role < b.role; });
  return unexplained_gates(input);
}

}  // namespace gpuwhy
