#include "render/html/html_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "render/html/document.h"
#include "render/html/parts.h"
#include "render/terminal/sentences.h"
#include "render/text/differences.h"
#include "render/text/shell.h"
#include "render/text/words.h"

namespace gpuwhy {

namespace {

using namespace render;
using namespace render::html;

constexpr std::size_t most_rows = 200, most_findings = 40;

std::string answer_of(const Report& report) {
  std::string sentence(verdict_sentence(report));
  const RankedFinding* root = find_root(report);
  if (!root) return sentence;
  if (sentence.ends_with('.')) sentence.pop_back();
  return fmt::format("{}: {}", sentence, root->finding.headline);
}

Markup verdict(const Report& report) {
  std::string css(css_class(report.verdict));
  const Marks& signs = marks(true);
  const std::string_view all[] = {signs.good, signs.warning, signs.unknown, signs.bad};
  Markup chip = sign(all[static_cast<std::size_t>(report.verdict)], css) + text(word(report.verdict));
  Markup inner = classed("p", "chip " + css, chip) + element("h1", text(answer_of(report))) + predictions(report);
  std::size_t count = std::min(report.remarks.size(), most_rows);
  for (std::size_t i = 0; i < count; ++i) inner += element("p", text(report.remarks[i]));
  for (std::size_t i = 0; i < std::min(report.unexplained.size(), most_rows); ++i)
    inner += element("p", text("No cause explains that this fails: " + report.unexplained[i]));
  return classed("section", "verdict " + css, inner) + line_end();
}

Markup next_check(const Report& report) {
  if (!report.next_check || report.next_check->command.empty()) return {};
  std::string decides = join(report.next_check->decides, ", ");
  Markup inner = element("h2", text("What decides")) + element("pre", element("code", text(shell_quoted(report.next_check->command)))) +
                 element("p", text("This decides between: " + decides));
  return classed("section", "card quiet", inner) + line_end();
}

Markup findings(const Report& report) {
  Markup inner, notes;
  std::size_t told = 0;
  for (const RankedFinding& ranked : report.findings) {
    if (++told > most_findings) break;
    bool is_aside = ranked.role == Role::note || ranked.role == Role::consequence;
    (is_aside ? notes : inner) += finding(ranked);
  }
  inner += next_check(report);
  return notes.empty() ? inner : inner + folded("Notes and what follows from the cause", notes);
}

Markup others(const Report& report) {
  Markup inner, unknown, environments, notes;
  for (std::size_t i = 0; i < std::min(report.unknown.size(), most_rows); ++i)
    unknown += element("li", element("strong", text(report.unknown[i].fact)) + text(": " + reason_words(report.unknown[i].why)) +
                                 (report.unknown[i].detail.empty() ? Markup() : text(", " + report.unknown[i].detail)));
  if (!unknown.empty()) inner += folded(fmt::format("What could not be read ({})", report.unknown.size()), element("ul", unknown));
  for (std::size_t i = 0; i < std::min(report.others.size(), most_rows); ++i) {
    const OtherEnvironment& other = report.others[i];
    std::string by = other.chosen_by.empty() ? "" : fmt::format(" ({})", other.chosen_by);
    environments += element("li", element("code", text(other.interpreter)) + text(fmt::format("{}: {}", by, other.summary)));
  }
  if (!environments.empty()) inner += folded(fmt::format("Other environments ({})", report.others.size()), element("ul", environments));
  for (std::size_t i = 0; i < std::min(report.environment_notes.size(), most_rows); ++i)
    notes += element("li", text(report.environment_notes[i]));
  if (!notes.empty()) inner += folded("About the environment", element("ul", notes));
  return inner;
}

}  // namespace

std::string render_html(const Report& report, std::string_view snapshot) {
  Page page;
  page.title = answer_of(report) + " · gpuwhy";
  page.header = labelled("p", "machine", machine_line(report));
  Markup left = classed("div", "told", line_end() + findings(report) + prediction_details(report) + others(report)) + line_end();
  page.main = verdict(report) + classed("div", "columns", line_end() + left + stack(report)) + line_end();
  bool has_snapshot = !snapshot.empty();
  page.footer = footer(report, has_snapshot ? "The redacted snapshot travels in this page: gpuwhy check --snapshot PAGE.html judges it "
                                              "again, gpuwhy diff PAGE.html here compares it with another machine."
                                            : "");
  if (has_snapshot) page.data = data_block(snapshot_id, snapshot);
  return document(page);
}

}  // namespace gpuwhy
