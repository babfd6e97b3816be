#include "render/terminal/blame.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "render/text/words.h"

namespace gpuwhy::render {

namespace {

bool starts_with_name(std::string_view subject, std::string_view name) {
  std::string lower = to_lower(subject);
  if (!lower.starts_with(to_lower(name))) return false;
  return lower.size() == name.size() || lower[name.size()] == ' ';
}

bool names_framework(std::string_view subject, FrameworkKind framework) {
  return starts_with_name(subject, display_name(framework)) || starts_with_name(subject, slug(framework));
}

bool names_any_framework(std::string_view subject) {
  return std::ranges::any_of(all_frameworks(), [&](FrameworkKind framework) { return names_framework(subject, framework); });
}

// "TensorFlow 2.20.0 in ~/venv" against one prediction; the environment decides only where several hold the same framework.
bool is_about(std::string_view subject, const Prediction& prediction, const Report& report) {
  if (!names_framework(subject, prediction.framework)) return false;
  auto same = [&](const Prediction& other) { return other.framework == prediction.framework; };
  if (std::ranges::count_if(report.predictions, same) < 2) return true;
  std::size_t in = subject.find(" in ");
  if (in == std::string_view::npos) return starts_with_name(subject, title(prediction));
  std::string place = path::abbreviated(trim(subject.substr(in + 4)), report.home);
  return path::is_inside(path::abbreviated(prediction.python, report.home), place);
}

bool accounts_for(const RankedFinding& ranked, const std::string& gate) {
  auto has = [&](const std::vector<std::string>& names) { return std::ranges::find(names, gate) != names.end(); };
  return !gate.empty() && (has(ranked.explains) || has(ranked.finding.also_explains));
}

// Higher is a better reason for this prediction's standing; 0 = not a reason.
int weight(const RankedFinding& ranked, const Prediction& prediction, const Report& report, bool blocked) {
  bool is_root = ranked.role == Role::root;
  if (!is_root && ranked.role != Role::also) return 0;
  if (!concerns(ranked, prediction, report)) return 0;
  bool is_own = names_any_framework(ranked.finding.subject);
  if (blocked && ranked.finding.severity != Severity::blocked && !is_root) return 0;
  if (!blocked && ranked.finding.severity == Severity::note) return 0;
  auto is_degraded_and_explained = [&](const Gate& gate) { return gate.state == GateState::degraded && accounts_for(ranked, gate.name); };
  bool accounts = blocked ? accounts_for(ranked, prediction.blocked_at) : std::ranges::any_of(prediction.gates, is_degraded_and_explained);
  // What is wrong below and does not stop this framework must be shown to matter to it before it is named on its line.
  if (!blocked && !is_own && !accounts && !(is_root && ranked.finding.severity == Severity::degraded)) return 0;
  if (!blocked && ranked.finding.severity == Severity::blocked && !accounts) return 0;
  return 1 + (is_root ? 4 : 0) + (accounts ? 2 : 0) + (is_own ? 1 : 0);
}

std::optional<std::size_t> best_reason(const Report& report, const Prediction& prediction, bool blocked) {
  std::optional<std::size_t> best;
  int best_weight = 0;
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    int this_weight = weight(report.findings[i], prediction, report, blocked);
    if (this_weight > best_weight) {
      best = i;
      best_weight = this_weight;
    }
  }
  return best;
}

bool is_blocked(const Prediction& prediction) {
  return prediction.outcome != Outcome::lists || prediction.sees_gpus.is(0) || prediction.usable_gpus.is(0) ||
         !prediction.blocked_at.empty();
}

}  // namespace

bool concerns(const RankedFinding& finding, const Prediction& prediction, const Report& report) {
  return !names_any_framework(finding.finding.subject) || is_about(finding.finding.subject, prediction, report);
}

Standing standing(const Report& report, const Prediction& prediction) {
  if (!prediction.outside.empty()) return Standing::outside;
  if (is_blocked(prediction)) return Standing::blocked;
  if (!prediction.sees_gpus.is_known() || !prediction.usable_gpus.is_known()) return Standing::unknown;
  bool degraded_gate = std::ranges::any_of(prediction.gates, [](const Gate& gate) { return gate.state == GateState::degraded; });
  if (*prediction.usable_gpus < *prediction.sees_gpus || degraded_gate || best_reason(report, prediction, false)) return Standing::degraded;
  return Standing::usable;
}

std::optional<std::size_t> find_reason(const Report& report, const Prediction& prediction) {
  return best_reason(report, prediction, is_blocked(prediction));
}

}  // namespace gpuwhy::render
