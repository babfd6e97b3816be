#include "render/html/parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "render/html/document.h"
#include "render/terminal/sentences.h"
#include "render/text/differences.h"
#include "render/text/words.h"

namespace gpuwhy::render::html {

namespace {

constexpr std::size_t most_log_lines = 40;

std::string_view css_class(Standing standing) {
  static constexpr std::string_view names[] = {"good", "warning", "bad", "unknown", "quiet"};
  return names[static_cast<std::size_t>(standing)];
}

std::string_view css_class(GateState state) {
  static constexpr std::string_view names[] = {"good", "warning", "bad", "unknown", "quiet"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view mark_of(Standing standing) {
  const Marks& signs = marks(true);
  const std::string_view all[] = {signs.good, signs.warning, signs.bad, signs.unknown, signs.none};
  return all[static_cast<std::size_t>(standing)];
}

std::string answer_of(const Call& call) {
  if (!call.answer.is_known()) return "unknown";
  if (call.is_truth) return *call.answer != 0 ? "True" : "False";
  return std::to_string(*call.answer);
}

Markup details_of(const Prediction& prediction) {
  Markup inner, calls, log, steps;
  if (!prediction.python.empty())
    inner += element("p", text(fmt::format("Judged from {}, for ", word(prediction.basis))) + element("code", text(prediction.python)));
  for (const Call& call : prediction.calls)
    calls += element("li", element("code", text(call.expression)) + text(" gives ") + element("strong", text(answer_of(call))));
  if (!calls.empty()) inner += element("ul", {{"class", "calls"}}, calls);
  for (std::size_t i = 0; i < std::min(prediction.expected_log.size(), most_log_lines); ++i)
    log += text(prediction.expected_log[i]) + line_end();
  if (!log.empty()) inner += element("p", text("It will print:")) + element("pre", element("code", log));
  for (const Gate& gate : prediction.gates) {
    std::string summary = gate.summary.empty() ? reason_words(word(gate.state)) : gate.summary;
    steps += element("li", sign(mark(gate.state, marks(true)), css_class(gate.state)) + element("code", text(gate.name)) +
                               text(fmt::format(" {}", reason_words(word(gate.state)))) +
                               (gate.summary.empty() ? Markup() : text(": " + summary)));
  }
  if (!steps.empty()) inner += element("ol", {{"class", "gates"}}, steps);
  return inner;
}

}  // namespace

std::string_view css_class(RungState state) {
  static constexpr std::string_view names[] = {"good", "bad", "warning", "unknown", "quiet"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view css_class(OverallVerdict verdict) {
  static constexpr std::string_view names[] = {"good", "warning", "unknown", "bad"};
  return names[static_cast<std::size_t>(verdict)];
}

Markup sign(std::string_view mark, std::string_view css) {
  return element("span", {{"class", "sign " + std::string(css)}, {"aria-hidden", "true"}}, text(mark)) + text(" ");
}

Markup predictions(const Report& report) {
  Markup items;
  for (const Prediction& prediction : report.predictions) {
    Standing stands = standing(report, prediction);
    std::string will = stands == Standing::outside ? fmt::format("is a build for {}, outside of gpuwhy", prediction.outside)
                                                   : will_see(report, prediction);
    items += element("li", sign(mark_of(stands), css_class(stands)) + element("strong", text(title(prediction))) + text(" " + will)) +
             line_end();
  }
  return items.empty() ? items : element("ul", {{"class", "predictions"}}, items) + line_end();
}

Markup prediction_details(const Report& report) {
  Markup all;
  for (const Prediction& prediction : report.predictions) {
    if (!prediction.outside.empty()) continue;
    if (Markup inner = details_of(prediction); !inner.empty()) all += folded(fmt::format("{}, step by step", title(prediction)), inner);
  }
  return all;
}

const Rung* find_break(const Report& report) {
  auto found = std::ranges::find(report.ladder, RungState::broken, &Rung::state);
  return found == report.ladder.end() ? nullptr : &*found;
}

Markup stack(const Report& report) {
  const Rung* broken = find_break(report);
  Markup rungs;
  for (auto rung = report.ladder.rbegin(); rung != report.ladder.rend(); ++rung) {
    bool is_break = &*rung == broken;
    Markup name = labelled("span", "layer", title(rung->layer)) + text(" ") +
                  labelled("span", "state", is_break ? "breaks here" : reason_words(word(rung->state)));
    Markup inner = sign(mark(rung->state, marks(true)), css_class(rung->state)) + classed("div", "name", name);
    if (!rung->summary.empty()) inner += labelled("div", "summary", rung->summary);
    std::string css = "rung " + std::string(css_class(rung->state)) + (is_break ? " break" : "");
    rungs += classed("li", css, inner) + line_end();
  }
  if (rungs.empty()) return {};
  Markup heading = element("h2", {{"id", "stack"}}, text("The stack"));
  Markup lead = labelled("p", "lead", "From the card at the bottom to your program at the top; what breaks below hides what is above.");
  return element("section", {{"class", "ladder"}, {"aria-labelledby", "stack"}},
                 heading + lead + element("ol", {{"class", "stack"}, {"reversed", ""}}, line_end() + rungs)) +
         line_end();
}

Markup difference_table(const std::vector<Difference>& differences, const std::string& there, const std::string& here, std::size_t limit) {
  Markup head = element("tr", element("th", {{"scope", "col"}}, text("What")) + element("th", {{"scope", "col"}}, breakable(there)) +
                                  element("th", {{"scope", "col"}}, breakable(here)));
  Markup body;
  std::size_t count = std::min(differences.size(), limit);
  for (std::size_t i = 0; i < count; ++i)
    body +=
        element("tr", element("th", {{"scope", "row"}}, text(differences[i].what)) +
                          element("td", text(value_words(differences[i].there))) + element("td", text(value_words(differences[i].here)))) +
        line_end();
  Markup table = classed("table", "differences", element("thead", head) + element("tbody", body)) + line_end();
  return count == differences.size() ? table : table + element("p", text(fmt::format("… {} more", differences.size() - count)));
}

std::string machine_line(const Report& report) {
  std::string line;
  for (const std::vector<Span>& part : headline_parts(report, marks(true))) {
    if (!line.empty()) line += " ";
    for (const Span& span : part) line += span.text;
  }
  return line;
}

}  // namespace gpuwhy::render::html
