#include "engine/cures.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "causes/support/questions.h"
#include "engine/effects.h"
#include "engine/rank.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

// The same framework in the same environment; its version may be another after the cure.
const Prediction* find_same(const Report& report, const Prediction& prediction) {
  for (const Prediction& other : report.predictions)
    if (other.framework == prediction.framework && other.environment == prediction.environment) return &other;
  return nullptr;
}

// How far a framework comes: the gate that stops it as an index, past the last one when none does.
std::size_t reach(const Prediction& prediction) {
  for (std::size_t i = 0; i < prediction.gates.size(); ++i)
    if (prediction.gates[i].state == GateState::failed) return i;
  return prediction.gates.size();
}

// More than before, or something where nothing was known.
bool is_more(const Fact<std::int64_t>& after, const Fact<std::int64_t>& before) {
  return after.is_known() && *after > (before.is_known() ? *before : 0);
}

bool moves_on(const Prediction& before, const Prediction& after) {
  if (before.blocked_at != after.blocked_at && reach(after) >= reach(before)) return true;
  if (is_more(after.usable_gpus, before.usable_gpus) || is_more(after.sees_gpus, before.sees_gpus)) return true;
  return before.outcome != Outcome::lists && after.outcome == Outcome::lists;
}

// Does this cause still stand for the same subject? A framework in another release is the same subject.
bool still_stands(const Report& after, const Finding& finding) {
  std::string_view head = std::string_view(finding.subject).substr(0, finding.subject.find(' '));
  return std::ranges::any_of(after.findings, [&](const RankedFinding& ranked) {
    std::string_view other = std::string_view(ranked.finding.subject).substr(0, ranked.finding.subject.find(' '));
    return ranked.finding.cause == finding.cause && ranked.role != Role::note && other == head;
  });
}

std::string what_follows(const Prediction& after) {
  if (after.outcome != Outcome::lists || !after.sees_gpus.is_known() || *after.sees_gpus == 0) return {};
  return fmt::format("{} will then see {} GPU{}", display_name(after.framework), *after.sees_gpus, *after.sees_gpus == 1 ? "" : "s");
}

// What still stops this framework, and by which cause where one is known.
std::string what_stops(const Prediction& after, const Report& report, Remedy& remedy) {
  const Gate* gate = after.first_failed();
  if (!gate) return {};
  for (const RankedFinding& ranked : report.findings) {
    bool stops = (ranked.role == Role::root || ranked.role == Role::also) && ranked.finding.severity == Severity::blocked;
    if (!stops || !concerns(ranked.finding, after)) continue;
    if (std::ranges::find(remedy.leaves, ranked.finding.cause) == remedy.leaves.end()) remedy.leaves.push_back(ranked.finding.cause);
    return fmt::format("{}'s next fault: {}", display_name(after.framework), ranked.finding.headline);
  }
  return fmt::format("{} then stops at {}: {}", display_name(after.framework), gate->name, gate->summary);
}

// False: the cure is none.
bool play(const Snapshot& snapshot, const JudgeOptions& options, const Report& before, const Finding& finding, Remedy& remedy) {
  Snapshot copy = with_effects(snapshot, remedy.effects);
  if (copy == snapshot) return false;
  Report after = judge_without_proof(copy, options);
  if (still_stands(after, finding)) return false;
  // Where no framework is stopped for certain (the driver was not asked), it is enough that the cause is gone.
  bool moved = finding.severity != Severity::blocked || std::ranges::none_of(before.predictions, [&](const Prediction& prediction) {
                 return concerns(finding, prediction) && prediction.first_failed();
               });
  std::vector<std::string> followed;
  for (const Prediction& prediction : before.predictions) {
    const Prediction* then = find_same(after, prediction);
    if (!then || !concerns(finding, prediction)) continue;
    moved |= moves_on(prediction, *then);
    std::string words = what_follows(*then);
    if (words.empty()) words = what_stops(*then, after, remedy);
    if (!words.empty()) followed.push_back(std::move(words));
  }
  remedy.proven = moved;
  remedy.then = join(followed, "; ");
  return moved;
}

}  // namespace

void prove_cures(const Snapshot& snapshot, const JudgeOptions& options, Report& report) {
  const Report before = report;
  for (RankedFinding& ranked : report.findings) {
    bool matters = ranked.role == Role::root || ranked.role == Role::also || ranked.role == Role::candidate;
    if (!matters) continue;
    std::erase_if(ranked.finding.remedies,
                  [&](Remedy& remedy) { return !remedy.effects.empty() && !play(snapshot, options, before, ranked.finding, remedy); });
  }
}

}  // namespace gpuwhy
