#include "engine/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "engine/settle.h"
#include "engine/text_cures.h"
#include "evidence/condition.h"
#include "evidence/partial_snapshot.h"
#include "evidence/scrub.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

constexpr std::size_t most_candidates = 3;
constexpr std::size_t most_details = 3;
constexpr std::size_t longest_excerpt = 300;

Confidence confidence_of(Strength strength) {
  return strength == Strength::proof ? Confidence::certain : strength == Strength::likely ? Confidence::likely : Confidence::possible;
}

bool blames(Strength strength) { return strength <= Strength::consequence; }

// All that the text says for one cause, the strongest first.
struct Told {
  const Cause* cause = nullptr;
  std::vector<const Saying*> sayings;
  Strength strength() const { return sayings.front()->phrase->strength; }
};

std::vector<Told> by_cause(const Reading& reading) {
  std::map<std::string_view, Told> grouped;
  for (const Saying& saying : reading.sayings) {
    const Cause* cause = find_cause(saying.phrase->cause);
    if (!cause || !blames(saying.phrase->strength)) continue;
    Told& told = grouped[cause->slug];
    told.cause = cause;
    told.sayings.push_back(&saying);
  }
  std::vector<Told> all;
  for (auto& [slug, told] : grouped) {
    std::ranges::stable_sort(told.sayings, {}, [](const Saying* saying) { return saying->phrase->strength; });
    all.push_back(std::move(told));
  }
  std::ranges::stable_sort(all, [](const Told& a, const Told& b) {
    return std::pair(a.strength(), a.sayings.front()->line) < std::pair(b.strength(), b.sayings.front()->line);
  });
  return all;
}

// What is only worth a note on a machine that works has, where somebody shows its message, stopped something.
Severity severity_in_text(const Cause& cause) {
  if (cause.severity != Severity::note) return cause.severity;
  return cause.layer == Layer::allocation ? Severity::blocked : Severity::degraded;
}

RankedFinding finding_of(const Told& told, const Reading& reading) {
  RankedFinding ranked;
  Finding& finding = ranked.finding;
  const Saying& best = *told.sayings.front();
  finding.cause = told.cause->slug;
  finding.severity = severity_in_text(*told.cause);
  finding.confidence = confidence_of(best.phrase->strength);
  bool own_words = best.phrase->says != "-" && !best.phrase->says.empty();
  finding.headline = own_words ? fill(best.phrase->says, reading.clues, best.captures) : std::string(told.cause->title);
  std::vector<std::size_t> shown;
  for (const Saying* saying : told.sayings) {
    if (shown.size() == most_details || std::ranges::find(shown, saying->line) != shown.end()) continue;
    shown.push_back(saying->line);
    std::string excerpt = printable(trim(reading.lines[saying->line].text), longest_excerpt);
    finding.details.push_back(fmt::format("{}: {}", locator(reading, saying->line), excerpt));
    finding.because.push_back({Source::log, locator(reading, saying->line), excerpt});
  }
  finding.remedies = text_cures(*told.cause, reading.clues, best.captures);
  ranked.layer = told.cause->layer;
  return ranked;
}

// An answer of gpuwhy itself that was pasted: what it found on that machine is taken as it stands.
void add_own_answers(const Reading& reading, std::vector<RankedFinding>& told) {
  for (const Clue* clue : reading.clues.all("gpuwhy.told")) {
    const Cause* cause = find_cause(clue->value);
    if (!cause || std::ranges::any_of(told, [&](const RankedFinding& ranked) { return ranked.finding.cause == cause->slug; })) continue;
    RankedFinding ranked;
    ranked.layer = cause->layer;
    ranked.finding.cause = cause->slug;
    ranked.finding.severity = severity_in_text(*cause);
    ranked.finding.headline = cause->title;
    std::string excerpt = printable(trim(reading.lines[clue->line].text), longest_excerpt);
    ranked.finding.details = {fmt::format("{}: {}", locator(reading, clue->line), excerpt)};
    ranked.finding.because = {{Source::log, locator(reading, clue->line), excerpt}};
    ranked.finding.remedies = text_cures(*cause, reading.clues, {});
    told.push_back(std::move(ranked));
  }
}

// What follows from something else is said only where nothing better is there, and a program's error only where nothing explains it.
void drop_consequences(std::vector<Told>& all) {
  bool better = std::ranges::any_of(all, [](const Told& told) { return told.strength() < Strength::consequence; });
  if (better) std::erase_if(all, [](const Told& told) { return told.strength() == Strength::consequence; });
}

void limit_candidates(Report& report) {
  bool proven = std::ranges::any_of(report.findings, [](const RankedFinding& ranked) {
    return ranked.role == Role::root && ranked.finding.confidence == Confidence::certain;
  });
  std::size_t kept = 0;
  std::erase_if(report.findings,
                [&](const RankedFinding& ranked) { return ranked.role == Role::candidate && (proven || ++kept > most_candidates); });
}

OverallVerdict verdict_of(const Report& report, const Reading& reading) {
  bool open = false;
  for (const RankedFinding& ranked : report.findings) {
    // A program that fails by itself says nothing about the GPU, unless the text shows one at work.
    if (ranked.role == Role::root && ranked.layer == Layer::program)
      return reading.clues.has("healthy") ? OverallVerdict::usable : OverallVerdict::unknown;
    if (ranked.role == Role::root) return ranked.finding.severity == Severity::blocked ? OverallVerdict::blocked : OverallVerdict::degraded;
    open |= ranked.role == Role::candidate;
  }
  return !open && reading.clues.has("healthy") ? OverallVerdict::usable : OverallVerdict::unknown;
}

std::optional<NextCheck> next_check_of(const Report& report, const Reading& reading) {
  NextCheck next;
  for (const RankedFinding& ranked : report.findings) {
    if (ranked.role != Role::candidate) continue;
    next.decides.push_back(ranked.finding.cause);
    const Cause* cause = find_cause(ranked.finding.cause);
    if (next.command.empty() && cause) next.command = deciding_command(*cause, reading.clues);
  }
  if (next.decides.empty()) return std::nullopt;
  if (next.command.empty()) next.command = {"gpuwhy", "check"};
  return next;
}

// Does a word in it speak of GPUs, or of what computes on them?
bool speaks_of_gpus(const Reading& reading) {
  if (!reading.clues.everything().empty() || !reading.sayings.empty()) return true;
  constexpr std::string_view words[] = {"cuda",       "nvidia", "cudnn", "cublas",      "nvml", "gpu",
                                        "tensorflow", "torch",  "jax",   "onnxruntime", "cupy"};
  return std::ranges::any_of(reading.lines, [&](const Line& line) {
    std::string text = to_lower(line.text);
    return std::ranges::any_of(words, [&](std::string_view word) { return text.contains(word); });
  });
}

// What harmless lines and signs of health there are, for -v; and one sentence where nothing is found.
void add_remarks(const Reading& reading, bool speaks_of_gpus, Report& report) {
  const Saying* healthy = nullptr;
  for (const Saying& saying : reading.sayings) {
    if (saying.phrase->strength == Strength::healthy && !healthy) healthy = &saying;
    if (saying.phrase->strength != Strength::benign) continue;
    bool own_words = saying.phrase->says != "-" && !saying.phrase->says.empty();
    report.environment_notes.push_back(fmt::format("harmless, {}: {}", locator(reading, saying.line),
                                                   own_words ? fill(saying.phrase->says, reading.clues, saying.captures)
                                                             : printable(trim(reading.lines[saying.line].text), longest_excerpt)));
  }
  if (!report.findings.empty()) return;
  if (!speaks_of_gpus) report.remarks.push_back("nothing about GPUs in here");
  else if (!healthy) report.remarks.push_back("it shows no failure that gpuwhy knows; `gpuwhy` on that machine looks for itself");
  else
    report.remarks.push_back(fmt::format("{} shows a GPU at work: {}", locator(reading, healthy->line),
                                         printable(trim(reading.lines[healthy->line].text), longest_excerpt)));
}

// The cards of the report's first lines; that CUDA reaches them is not said.
void name_cards(const Reading& reading, MachineSummary& machine) {
  std::vector<ShownCard> shown = shown_cards(reading);
  if (shown.empty() || machine.gpus.is_known()) return;
  std::vector<ReportGpu> gpus;
  for (const ShownCard& card : shown) gpus.push_back({card.name, card.address, card.capability});
  std::string place = locator(reading, shown.front().line),
              excerpt = printable(trim(reading.lines[shown.front().line].text), longest_excerpt);
  machine.gpus = Fact<std::vector<ReportGpu>>::known(std::move(gpus), {Source::log, place, excerpt});
}

}  // namespace

Report explain(const Reading& pasted, const JudgeOptions& options, const Snapshot* here) {
  // Names, addresses and secrets of the text go no further than here.
  const Reading reading = scrubbed(pasted);
  std::vector<Told> all = by_cause(reading);
  std::erase_if(all, [&](const Told& told) {
    return std::ranges::find(options.ignored, told.cause->slug, &Ignored::cause) != options.ignored.end();
  });
  drop_consequences(all);
  JudgeOptions judging = options;
  judging.from_text = true;
  for (const Told& told : all) judging.told.push_back(finding_of(told, reading));
  add_own_answers(reading, judging.told);
  if (here) settle_by_machine(*here, judging.told);
  Snapshot snapshot = here ? *here : partial_snapshot(reading);
  if (!here) snapshot.meta.tool_version = options.tool_version, snapshot.meta.facts_as_of = facts::as_of();
  Report report = here ? judge(snapshot, judging) : judge_without_proof(snapshot, judging);
  report.basis = here ? "log and live" : "log";
  if (!here) name_cards(reading, report.machine);
  limit_candidates(report);
  if (!here) report.verdict = verdict_of(report, reading);
  report.next_check = next_check_of(report, reading);
  add_remarks(reading, speaks_of_gpus(pasted), report);
  return report;
}

}  // namespace gpuwhy
