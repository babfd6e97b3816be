#include "render/terminal/blocks.h"

#include <algorithm>

#include <fmt/format.h>

#include "render/terminal/sentences.h"

namespace gpuwhy::render {

namespace {

// A finding that only degrades leaves the framework working: its mark must not read as "broken".
Style style_of(Severity severity) {
  return severity == Severity::blocked ? Style::bad : severity == Severity::degraded ? Style::warning : Style::plain;
}

std::string_view mark_of(Severity severity, const Marks& marks) {
  return severity == Severity::blocked ? marks.bad : severity == Severity::degraded ? marks.warning : marks.none;
}

// Where nothing tells whether a framework is installed, the rung of the build says why; "" = it was looked at.
std::string why_build_is_unknown(const Report& report) {
  for (const Rung& rung : report.ladder)
    if (rung.layer == Layer::framework_build && (rung.state == RungState::unknown || rung.state == RungState::not_reached))
      return rung.summary;
  return {};
}

bool is_told_as_cause(const RankedFinding& ranked) { return ranked.role == Role::root || ranked.role == Role::also; }

}  // namespace

std::string Blocks::slug_words(const RankedFinding& ranked) {
  Confidence expected = ranked.role == Role::candidate ? Confidence::possible : Confidence::certain;
  if (ranked.finding.confidence == expected) return fmt::format("   [{}]", ranked.finding.cause);
  return fmt::format("   [{}, {}]", ranked.finding.cause, word(ranked.finding.confidence));
}

void Blocks::first_line(Style style, std::string_view sign, const std::string& who, const std::string& what, const RankedFinding* reason) {
  std::vector<Span> spans = {{std::string(sign), style}, {" ", Style::plain}};
  if (!who.empty()) spans.push_back({who + " ", Style::strong});
  spans.push_back({what, Style::plain});
  if (reason) spans.push_back({slug_words(*reason), Style::dim});
  sheet_.paragraph(spans, {0, 4});
}

void Blocks::predictions() {
  for (const Prediction& prediction : report_.predictions) this->prediction(prediction);
}

void Blocks::prediction(const Prediction& prediction) {
  std::string who = title(prediction);
  Standing stands = standing(report_, prediction);
  switch (stands) {
    case Standing::outside:
      first_line(Style::plain, marks_.none, who, fmt::format("is a build for {}, which gpuwhy does not judge", prediction.outside),
                 nullptr);
      break;
    case Standing::usable:
      first_line(Style::good, marks_.good, who, will_see(report_, prediction), nullptr);
      break;
    case Standing::unknown:
      unexplained(prediction, stands);
      break;
    case Standing::blocked:
    case Standing::degraded:
      stopped(prediction, stands);
      break;
  }
  if (options_.verbose) gates(prediction);
}

void Blocks::stopped(const Prediction& prediction, Standing stands) {
  auto index = find_reason(report_, prediction);
  if (!index) return unexplained(prediction, stands);
  const RankedFinding& reason = report_.findings[*index];
  bool blocked = stands == Standing::blocked;
  std::string what = will_see(report_, prediction);
  Style style = blocked ? Style::bad : Style::warning;
  std::string_view sign = blocked ? marks_.bad : marks_.warning;
  // One fault may be found once for each framework; said in the same words it is the same reason.
  bool told = std::ranges::any_of(told_, [&](std::size_t other) {
    const Finding& before = report_.findings[other].finding;
    return before.cause == reason.finding.cause && before.headline == reason.finding.headline;
  });
  told_.insert(*index);
  if (told) {
    first_line(style, sign, title(prediction), what + (blocked ? " for the same reason" : ", with the same limit"), &reason);
    return also_after(prediction);
  }
  first_line(style, sign, title(prediction), fmt::format("{}{} {}", what, blocked ? ":" : ", but:", reason.finding.headline), &reason);
  body(reason);
  also_after(prediction);
}

void Blocks::unexplained(const Prediction& prediction, Standing stands) {
  const std::string what = will_see(report_, prediction);
  bool has_candidates = std::ranges::any_of(report_.findings, [&](const RankedFinding& ranked) {
    return ranked.role == Role::candidate && concerns(ranked, prediction, report_);
  });
  GateState wanted = stands == Standing::blocked    ? GateState::failed
                     : stands == Standing::degraded ? GateState::degraded
                                                    : GateState::unknown;
  auto gate = std::ranges::find_if(prediction.gates, [&](const Gate& each) { return each.state == wanted; });
  std::string found;
  if (gate != prediction.gates.end())
    found = gate->summary.empty() ? fmt::format("the step \"{}\" is {}", gate->name, word(gate->state)) : gate->summary;
  else if (!prediction.blocked_at.empty()) found = fmt::format("it stops at \"{}\"", prediction.blocked_at);
  Style style = stands == Standing::blocked ? Style::bad : Style::warning;
  std::string_view sign = stands == Standing::blocked ? marks_.bad : stands == Standing::degraded ? marks_.warning : marks_.unknown;
  std::string join = stands == Standing::degraded ? ", but: " : ": ";
  first_line(style, sign, title(prediction), found.empty() ? what : what + join + found, nullptr);
  if (has_candidates) return candidates(&prediction);
  if (stands == Standing::blocked) {
    ++full_blocks_;
    unexplained_.insert(prediction.blocked_at);
    sheet_.paragraph({{"No cause known to gpuwhy explains this."}}, {4, 4});
    if (!options_.verbose && gate != prediction.gates.end() && !gate->log_line.empty())
      sheet_.paragraph({{"It will print: " + gate->log_line}}, {4, 6});
  }
  also_after(prediction);
}

void Blocks::no_framework() {
  std::string where =
      report_.judged_environment.empty() ? "here (no Python found)" : "in " + environment_name(report_.judged_environment, report_.home);
  std::string fact = fmt::format("no GPU framework {}", where);
  const std::string unread = why_build_is_unknown(report_);
  if (!unread.empty()) fact = unread;
  bool has_cause = std::ranges::any_of(report_.findings,
                                       [](const RankedFinding& each) { return each.role != Role::note && each.role != Role::consequence; });
  bool has_gpu = report_.machine.gpus.is_known() && !report_.machine.gpus->empty();
  bool is_whole = std::ranges::all_of(report_.ladder,
                                      [](const Rung& rung) { return rung.layer > Layer::driver_libraries || rung.state == RungState::ok; });
  // What is told of the machine as a note (it has no card, say) is the answer where nothing else is to be judged.
  const RankedFinding* about_machine = nullptr;
  for (std::size_t i = 0; i < report_.findings.size() && !about_machine; ++i) {
    const RankedFinding& each = report_.findings[i];
    if (each.role != Role::note || !each.finding.subject.empty() || each.layer > Layer::driver_libraries) continue;
    about_machine = &each;
  }
  if (report_.verdict == OverallVerdict::unknown && !has_cause && about_machine) {
    std::string headline = about_machine->finding.headline;
    told_.insert(static_cast<std::size_t>(about_machine - report_.findings.data()));
    if (!headline.empty() && headline[0] >= 'a' && headline[0] <= 'z') headline[0] = static_cast<char>(headline[0] - 'a' + 'A');
    return first_line(Style::plain, marks_.none, headline + ";", fact, about_machine);
  }
  if (report_.verdict == OverallVerdict::usable && has_gpu && is_whole && !has_cause)
    first_line(Style::good, marks_.good, "This machine is ready for CUDA programs;", fact, nullptr);
  else if (!unread.empty() && !has_cause)
    first_line(Style::warning, marks_.unknown, fmt::format("Whether a framework {} can use the GPU could not be told:", where), unread,
               nullptr);
  else if (report_.verdict == OverallVerdict::unknown && !has_cause)
    first_line(Style::warning, marks_.unknown, "Whether this machine is ready could not be told;", fact, nullptr);
  else first_line(Style::plain, marks_.none, "No framework to judge:", fact, nullptr);
}

void Blocks::text_answer() {
  bool has_root = std::ranges::any_of(report_.findings, is_told_as_cause);
  bool has_candidate = std::ranges::any_of(report_.findings, [](const RankedFinding& ranked) { return ranked.role == Role::candidate; });
  if (has_root) return;
  bool usable = report_.verdict == OverallVerdict::usable;
  first_line(has_candidate ? Style::warning
             : usable      ? Style::good
                           : Style::plain,
             has_candidate ? marks_.unknown
             : usable      ? marks_.good
                           : marks_.none,
             std::string(verdict_sentence(report_)), "", nullptr);
}

void Blocks::remaining_findings() {
  for (std::size_t i = 0; i < report_.findings.size(); ++i) {
    const RankedFinding& ranked = report_.findings[i];
    if (!is_told_as_cause(ranked) || told_.contains(i)) continue;
    told_.insert(i);
    if (ranked.role == Role::also) {
      also(ranked);
      continue;
    }
    std::string who = ranked.finding.subject.empty() ? "" : ranked.finding.subject + ":";
    first_line(style_of(ranked.finding.severity), mark_of(ranked.finding.severity, marks_), who, ranked.finding.headline, &ranked);
    body(ranked);
  }
  candidates(nullptr);
  next_check();
  for (std::size_t i = 0; i < report_.findings.size(); ++i) {
    const RankedFinding& ranked = report_.findings[i];
    if (ranked.role != Role::note || (told_.contains(i) && !options_.verbose)) continue;
    sheet_.paragraph({{"note   ", Style::dim}, {ranked.finding.headline}, {slug_words(ranked), Style::dim}}, {2, 9});
    if (!options_.verbose) continue;
    sheet_.details(ranked.finding.details, 9);
    remedies(ranked.finding);
  }
  if (!options_.verbose) return;
  for (const RankedFinding& ranked : report_.findings)
    if (ranked.role == Role::consequence) {
      sheet_.paragraph({{"follows  ", Style::dim}, {ranked.finding.headline}, {slug_words(ranked), Style::dim}}, {2, 11});
      sheet_.details(ranked.finding.details, 11);
    }
}

void Blocks::unexplained_gates() {
  for (const std::string& text : report_.unexplained) {
    auto is_said = [&](const std::string& gate) { return !gate.empty() && text.find(gate) != std::string::npos; };
    if (!options_.verbose && std::ranges::any_of(unexplained_, is_said)) continue;
    sheet_.paragraph({{"unexplained  ", Style::warning}, {text}}, {0, 4});
  }
}

void Blocks::also_after(const Prediction& prediction) {
  for (std::size_t i = 0; i < report_.findings.size(); ++i) {
    const RankedFinding& ranked = report_.findings[i];
    if (ranked.role == Role::also && concerns(ranked, prediction, report_) && told_.insert(i).second) also(ranked);
  }
}

void Blocks::candidates(const Prediction* prediction) {
  std::vector<const RankedFinding*> found;
  for (std::size_t i = 0; i < report_.findings.size(); ++i) {
    const RankedFinding& ranked = report_.findings[i];
    if (ranked.role != Role::candidate || (prediction && !concerns(ranked, *prediction, report_))) continue;
    if (!told_.insert(i).second) {
      if (prediction) sheet_.paragraph({{"the same candidates as above"}}, {4, 4});
      if (prediction) return;
      continue;
    }
    found.push_back(&ranked);
  }
  if (found.empty()) return;
  ++full_blocks_;
  sheet_.paragraph({{found.size() == 1 ? "A possible cause:" : "One of these is the cause:"}}, {prediction ? 4U : 0U, 4});
  for (const RankedFinding* ranked : found) {
    sheet_.paragraph({{fmt::format("{} {}", marks_.unknown, ranked->finding.headline)}, {slug_words(*ranked), Style::dim}}, {6, 8});
    if (options_.verbose) proof(ranked->finding);
    if (options_.verbose) remedies(ranked->finding);
  }
  next_check();
}

void Blocks::next_check() {
  if (next_check_told_ || !report_.next_check) return;
  next_check_told_ = true;
  const NextCheck& check = *report_.next_check;
  if (!check.command.empty()) labelled_command("check", check.command);
  std::string names;
  for (std::size_t i = 0; i < check.decides.size(); ++i)
    names += (i == 0 ? "" : i + 1 == check.decides.size() ? " and " : ", ") + check.decides[i];
  std::string_view what = check.decides.size() == 1 ? "this shows whether it is " : "this decides between ";
  if (!names.empty()) sheet_.paragraph({{fmt::format("{}{}", what, names)}}, {9, 9});
}

}  // namespace gpuwhy::render
