#include "render/diff/terminal_diff.h"

#include <fmt/format.h>

#include <algorithm>

#include "render/terminal/sentences.h"
#include "render/terminal/sheet.h"
#include "render/text/differences.h"
#include "render/text/shell.h"
#include "render/text/words.h"

namespace gpuwhy {

namespace {

using namespace render;

void table(const std::vector<Difference>& differences, Sheet& sheet) {
  std::vector<std::string> lines;
  for (const Difference& difference : differences)
    lines.push_back(fmt::format("{}\t{}\t{}", difference.what, value_words(difference.there), value_words(difference.here)));
  sheet.details(lines, 4);
}

void cures(const Report& report, Sheet& sheet) {
  const RankedFinding* root = find_root(report);
  if (!root || root->finding.remedies.empty()) return;
  const Remedy& remedy = root->finding.remedies.front();
  std::string label = "cure";
  for (const Command& command : remedy.commands) {
    sheet.verbatim({{fmt::format("{:<7}", label), Style::dim}, {shell_quoted(command, report.home), Style::command}}, 2);
    label.clear();
  }
  if (!remedy.commands.empty()) return;
  for (const std::string& step : remedy.steps) {
    if (label.empty()) sheet.paragraph({{step}}, {9, 9});
    else sheet.paragraph({{fmt::format("{:<7}", label), Style::dim}, {step}}, {2, 9});
    label.clear();
  }
}

}  // namespace

std::string render_terminal(const Comparison& comparison, const TerminalOptions& options) {
  Sheet sheet(options, comparison.failing_report.home);
  const Marks& signs = marks(options.unicode);
  bool one_fails = comparison.kind == Comparison::Kind::one_fails;
  Style style = one_fails || comparison.kind == Comparison::Kind::both_fail ? Style::bad
                : comparison.kind == Comparison::Kind::both_work            ? Style::good
                                                                            : Style::warning;
  std::string_view sign = style == Style::bad ? signs.bad : style == Style::good ? signs.good : signs.unknown;
  sheet.paragraph({{std::string(sign), style}, {" "}, {comparison.sentence, Style::strong}}, {0, 4});
  for (const std::string& line : comparison.behaviour) sheet.paragraph({{line}}, {4, 6});
  if (!comparison.causal.empty()) {
    sheet.blank();
    sheet.paragraph({{fmt::format("the cause, {} and {}:", comparison.working, comparison.failing)}});
    table({comparison.causal.front()}, sheet);
    if (comparison.causal.size() > 1) {
      sheet.paragraph({{"what adds to it:"}});
      table({comparison.causal.begin() + 1, comparison.causal.end()}, sheet);
    }
  }
  if (std::string proof = proof_sentence(comparison); !proof.empty()) sheet.paragraph({{proof}}, {0, 4});
  if (one_fails) cures(comparison.failing_report, sheet);
  sheet.blank();
  if (std::string tail = harmless_sentence(comparison); !tail.empty())
    sheet.paragraph({{tail + (options.verbose ? ":" : " (-v shows them)"), Style::dim}});
  if (options.verbose) table(comparison.harmless, sheet);
  return sheet.text();
}

}  // namespace gpuwhy
