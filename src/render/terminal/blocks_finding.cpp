// One finding at length: its proof, its cures, what it explains; and, with -v, the gates of a framework.
#include <algorithm>

#include <fmt/format.h>

#include "render/terminal/blocks.h"
#include "render/terminal/sentences.h"
#include "render/text/shell.h"

namespace gpuwhy::render {

namespace {

constexpr std::size_t label_column = 2;
constexpr std::size_t label_width = 7;
constexpr std::size_t text_column = label_column + label_width;
constexpr std::size_t alternatives_shown = 2;  // without -v

std::string evidence_line(const Evidence& evidence) {
  std::string line = fmt::format("{}\t{}", word(evidence.source), evidence.locator);
  if (!evidence.excerpt.empty()) line += "\t" + evidence.excerpt;
  return line;
}

std::vector<std::string> evidence_lines(const std::vector<Evidence>& all) {
  std::vector<std::string> lines;
  for (const Evidence& evidence : all) lines.push_back(evidence_line(evidence));
  return lines;
}

std::string_view risk_of(Safety safety) {
  switch (safety) {
    case Safety::safe:
      return "none outside of this environment; one command undoes it";
    case Safety::ask:
      return "changes the system or other environments";
    case Safety::show_only:
      return "may lose work or needs your judgement: read it before you run it";
  }
  return "";
}

}  // namespace

void Blocks::labelled(std::string_view label, const std::string& text, Style style, std::size_t column) {
  std::vector<Span> spans = {{text, style}};
  if (!label.empty()) spans.insert(spans.begin(), {fmt::format("{:<7}", label), Style::dim});
  sheet_.paragraph(spans, {label.empty() ? column + label_width : column, column + label_width});
}

void Blocks::labelled_command(std::string_view label, const Command& command, std::size_t column) {
  sheet_.verbatim({{fmt::format("{:<7}", label), Style::dim}, {shell_quoted(command, report_.home), Style::command}}, column);
}

void Blocks::body(const RankedFinding& ranked) {
  ++full_blocks_;
  proof(ranked.finding);
  if (options_.verbose && !ranked.explains.empty()) {
    std::string names;
    for (const std::string& name : ranked.explains) names += (names.empty() ? "" : ", ") + name;
    sheet_.paragraph({{"explains: " + names}}, {4, 6});
  }
  if (options_.verbose && !ranked.finding.because.empty()) {
    sheet_.paragraph({{"evidence:"}}, {4, 4});
    sheet_.details(evidence_lines(ranked.finding.because), 6);
  }
  remedies(ranked.finding);
}

void Blocks::proof(const Finding& finding) {
  Sheet lines = sheet_.empty_copy();
  if (!finding.details.empty()) lines.details(finding.details, 4);
  else if (!options_.verbose) lines.details(evidence_lines(finding.because), 4);
  if (options_.verbose) sheet_.append(lines);
  else sheet_.append(lines, detail_limit_, 4);
}

void Blocks::remedies(const Finding& finding) {
  const std::vector<Remedy>& all = finding.remedies;
  if (all.empty()) return;
  if (options_.verbose) {
    for (std::size_t i = 0; i < all.size(); ++i) remedy(all[i], i == 0 ? "cure" : "or");
    return;
  }
  remedy(all[0], "cure");
  std::size_t shown = std::min(all.size() - 1, alternatives_shown);
  for (std::size_t i = 1; i <= shown; ++i) {
    if (all[i].commands.size() == 1) labelled_command("or", all[i].commands[0]);
    else labelled("or", all[i].title.empty() && !all[i].steps.empty() ? all[i].steps[0] : all[i].title);
  }
  if (std::size_t left = all.size() - 1 - shown; left > 0)
    labelled("", fmt::format("{} {} more with -v", marks_.ellipsis, counted(left, "cure")), Style::dim);
}

void Blocks::remedy(const Remedy& remedy, std::string_view label) {
  std::string_view next = label;
  auto take_label = [&] { return std::exchange(next, ""); };
  bool has_way = !remedy.commands.empty() || !remedy.steps.empty();
  // What a text shows may be another place than it seems: the words tell what the command is for.
  if ((options_.verbose || !has_way || is_from_text(report_)) && !remedy.title.empty()) labelled(take_label(), remedy.title);
  for (const Command& command : remedy.commands) labelled_command(take_label(), command);
  // Steps are the way itself where no command exists; beside commands they are remarks on them.
  bool numbered = remedy.commands.empty() && remedy.steps.size() > 1;
  for (std::size_t i = 0; i < remedy.steps.size(); ++i)
    labelled(take_label(), numbered ? fmt::format("{}. {}", i + 1, remedy.steps[i]) : remedy.steps[i]);
  if (options_.verbose || remedy.safety == Safety::show_only) labelled("risk", std::string(risk_of(remedy.safety)));
  if (options_.verbose && !remedy.undo.empty()) labelled("undo", remedy.undo);
  if (!remedy.check.empty()) labelled_command("check", remedy.check);
  if (!remedy.then.empty()) labelled("then", remedy.then, Style::dim);
  else if (options_.verbose && has_way && !remedy.proven)
    labelled("then", "not proven: no snapshot can show what this changes", Style::dim);
}

void Blocks::also(const RankedFinding& ranked) {
  sheet_.paragraph({{"also   ", Style::warning}, {ranked.finding.headline}, {slug_words(ranked), Style::dim}}, {label_column, text_column});
  if (options_.verbose) {
    sheet_.details(ranked.finding.details, text_column);
    sheet_.details(evidence_lines(ranked.finding.because), text_column);
    return remedies(ranked.finding);
  }
  if (ranked.finding.remedies.empty()) return;
  const Remedy& first = ranked.finding.remedies.front();
  for (const Command& command : first.commands) labelled_command(&command == &first.commands.front() ? "cure" : "", command, text_column);
  if (!first.commands.empty()) return;
  bool has_one_step = first.steps.size() == 1 || (first.title.empty() && !first.steps.empty());
  labelled("cure", has_one_step ? first.steps.front() : first.title, Style::plain, text_column);
}

void Blocks::gates(const Prediction& prediction) {
  std::vector<std::string> calls;
  for (const Call& call : prediction.calls) {
    std::string answer = !call.answer.is_known() ? "unknown"
                         : call.is_truth         ? (*call.answer != 0 ? "True" : "False")
                                                 : std::to_string(*call.answer);
    calls.push_back(fmt::format("{}\t{}", call.expression, answer));
  }
  if (!prediction.python.empty())
    sheet_.paragraph({{fmt::format("judged from {}, for {}", word(prediction.basis), prediction.python)}}, {4, 6});
  if (!calls.empty()) sheet_.paragraph({{"calls:"}}, {4, 4});
  sheet_.details(calls, 6);
  if (!prediction.libcuda.empty()) sheet_.paragraph({{"driver library: " + prediction.libcuda}}, {4, 6});
  if (!prediction.expected_log.empty()) sheet_.paragraph({{"it will print:"}}, {4, 4});
  for (const std::string& line : prediction.expected_log) sheet_.paragraph({{line, Style::dim}}, {6, 8});
  if (!prediction.gates.empty()) sheet_.paragraph({{"steps:"}}, {4, 4});
  std::size_t widest = 0;
  for (const Gate& gate : prediction.gates) widest = std::max(widest, gate.name.size());
  for (const Gate& gate : prediction.gates) {
    Style style = gate.state == GateState::failed ? Style::bad : gate.state == GateState::passed ? Style::good : Style::plain;
    std::string text = fmt::format(" {:<{}}  {}", gate.name, widest, gate.summary.empty() ? reason_words(word(gate.state)) : gate.summary);
    sheet_.paragraph({{std::string(mark(gate.state, marks_)), style}, {text}}, {6, 10});
    gate_evidence(gate);
  }
}

void Blocks::gate_evidence(const Gate& gate) {
  std::vector<std::string> lines;
  if (gate.code) lines.push_back(fmt::format("answered {}", *gate.code));
  if (gate.library) {
    const Resolution& end = gate.library->root_failure();
    if (!end.path.empty()) lines.push_back(fmt::format("{}\t{}", end.name, end.path));
    else if (&end != &*gate.library) lines.push_back(fmt::format("{}\tneeded by {}", end.name, end.caller));
    if (!end.detail.empty()) lines.push_back(end.detail);
    for (const Tried& tried : end.tried) {
      std::string origin = tried.origin.empty() ? "" : " of " + tried.origin;
      lines.push_back(fmt::format("{}\t{}\t({}{})", tried.place, tried.outcome, words(tried.rule), origin));
    }
  }
  for (const Evidence& evidence : gate.evidence) lines.push_back(evidence_line(evidence));
  sheet_.details(lines, 10, Style::dim);
}

}  // namespace gpuwhy::render
