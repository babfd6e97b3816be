// Why there and not here, to look at: two stacks side by side, joined where the cause lies.
#include <fmt/format.h>

#include <algorithm>

#include "render/html/document.h"
#include "render/html/html_report.h"
#include "render/html/parts.h"
#include "render/terminal/sentences.h"
#include "render/text/differences.h"
#include "render/text/words.h"

namespace gpuwhy {

namespace {

using namespace render;
using namespace render::html;

constexpr std::size_t most_rows = 300;

const Rung* find_rung(const Report& report, Layer layer) {
  auto found = std::ranges::find(report.ladder, layer, &Rung::layer);
  return found == report.ladder.end() ? nullptr : &*found;
}

Markup block(const Report& report, const Rung* rung) {
  if (!rung) return labelled("td", "rung quiet", "not looked at");
  bool is_break = rung == find_break(report);
  Markup state = labelled("span", "state", is_break ? "breaks here" : reason_words(word(rung->state)));
  Markup inner = sign(mark(rung->state, marks(true)), css_class(rung->state)) + state;
  if (!rung->summary.empty()) inner += labelled("div", "summary", rung->summary);
  return classed("td", "rung " + std::string(css_class(rung->state)) + (is_break ? " break" : ""), inner);
}

// What the row of a layer says beside its name: the cause, or what adds to it; "" for a layer in which nothing matters.
std::string join_words(const Comparison& comparison, Layer layer) {
  std::string words;
  for (std::size_t i = 0; i < comparison.causal.size(); ++i) {
    if (comparison.causal[i].layer != layer) continue;
    if (i == 0) return "the cause";
    words = "adds to it";
  }
  return words;
}

Markup side_heading(const std::string& name, std::string_view verdict, std::string_view css, std::string_view mark) {
  Markup state = classed("span", "chip " + std::string(css), sign(mark, css) + text(verdict));
  return element("th", {{"scope", "col"}}, classed("span", "side", breakable(name)) + text(" ") + state);
}

Markup side_heading(const std::string& name, const Report& report) {
  const Marks& signs = marks(true);
  const std::string_view all[] = {signs.good, signs.warning, signs.unknown, signs.bad};
  return side_heading(name, word(report.verdict), css_class(report.verdict), all[static_cast<std::size_t>(report.verdict)]);
}

Markup pair_of_stacks(const Comparison& comparison) {
  const Report &there = comparison.working_report, &here = comparison.failing_report;
  Markup rows;
  for (std::size_t i = layer_names.size(); i-- > 0;) {
    auto layer = static_cast<Layer>(i);
    const Rung *a = find_rung(there, layer), *b = find_rung(here, layer);
    if (!a && !b) continue;
    std::string joined = join_words(comparison, layer);
    Markup name = labelled("span", "layer", title(layer));
    if (!joined.empty()) name += text(" ") + labelled("span", "join", joined);
    std::string css = joined == "the cause" ? "causal" : joined.empty() ? "same" : "adds";
    rows += classed("tr", css, block(there, a) + element("th", {{"scope", "row"}}, name) + block(here, b)) + line_end();
  }
  if (rows.empty()) return {};
  Markup head = element("tr", side_heading(comparison.working, there) + element("th", {{"scope", "col"}}, text("Layer")) +
                                  side_heading(comparison.failing, here));
  Markup caption = labelled("caption", "lead", "Both stacks, from the card at the bottom to the program at the top");
  Markup table = classed("table", "pair", caption + element("thead", head) + element("tbody", line_end() + rows));
  return element("section", {{"class", "ladder wide"}, {"aria-labelledby", "stacks"}},
                 element("h2", {{"id", "stacks"}}, text("The two stacks")) + table) +
         line_end();
}

Markup cause(const Comparison& comparison) {
  if (comparison.causal.empty()) return {};
  ColumnNames names = column_names(comparison);
  Markup inner = labelled("p", "kicker", "What differs") + element("h2", text("The cause")) +
                 difference_table({comparison.causal.front()}, names.there, names.here, 1);
  std::vector<Difference> added(comparison.causal.begin() + 1, comparison.causal.end());
  if (!added.empty()) inner += element("h3", text("What adds to it")) + difference_table(added, names.there, names.here, most_rows);
  std::string proof = proof_sentence(comparison);
  if (!proof.empty()) inner += classed("p", "then", sentence(proof));
  return classed("section", "card bad", inner) + line_end();
}

Markup verdict(const Comparison& comparison) {
  bool fails = comparison.kind == Comparison::Kind::one_fails || comparison.kind == Comparison::Kind::both_fail;
  std::string css = fails ? "bad" : comparison.kind == Comparison::Kind::both_work ? "good" : "unknown";
  Markup inner = element("h1", text(comparison.sentence));
  Markup behaviour;
  for (std::size_t i = 0; i < std::min(comparison.behaviour.size(), most_rows); ++i)
    behaviour += element("li", text(comparison.behaviour[i]));
  if (!behaviour.empty()) inner += element("ul", behaviour);
  auto side = [](const std::string& name, const Report& report) {
    return classed("div", "of-side",
                   classed("h2", "side", breakable(name)) + labelled("p", "machine", machine_line(report)) + html::predictions(report));
  };
  inner +=
      classed("div", "sides", side(comparison.working, comparison.working_report) + side(comparison.failing, comparison.failing_report));
  return classed("section", "verdict " + css, inner) + line_end();
}

// The faults of a side, at length.
Markup faults(const Report& report) {
  Markup inner;
  for (const RankedFinding& ranked : report.findings)
    if (ranked.role == Role::root || ranked.role == Role::also || ranked.role == Role::candidate) inner += finding(ranked);
  return inner;
}

}  // namespace

std::string render_html(const Comparison& comparison, std::string_view there, std::string_view here) {
  Page page;
  page.title = comparison.sentence + " · gpuwhy";
  page.header = labelled("p", "machine", "Why there and not here");
  Markup told = cause(comparison) + faults(comparison.failing_report);
  if (comparison.kind != Comparison::Kind::one_fails) told += faults(comparison.working_report);
  ColumnNames names = column_names(comparison);
  if (std::string tail = harmless_sentence(comparison); !tail.empty())
    told += folded(tail, difference_table(comparison.harmless, names.there, names.here, most_rows));
  for (const auto& [name, report] :
       {std::pair(&comparison.working, &comparison.working_report), std::pair(&comparison.failing, &comparison.failing_report)})
    if (Markup steps = prediction_details(*report); !steps.empty()) told += folded("Every step on " + *name, steps);
  page.main = verdict(comparison) + pair_of_stacks(comparison) + classed("div", "told", line_end() + told) + line_end();
  page.footer = footer(comparison.failing_report, "Both redacted snapshots travel in this page.");
  if (!there.empty()) page.data += data_block(there_id, there);
  if (!here.empty()) page.data += data_block(here_id, here);
  return document(page);
}

}  // namespace gpuwhy
