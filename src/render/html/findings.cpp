// One finding at length.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "render/html/document.h"
#include "render/html/parts.h"
#include "render/text/shell.h"
#include "render/text/words.h"

namespace gpuwhy::render::html {

namespace {

constexpr std::size_t most_lines = 60, most_evidence = 100, most_remedies = 12;

std::string_view kicker(Role role) {
  switch (role) {
    case Role::root:
      return "Root cause";
    case Role::also:
      return "Stops it too";
    case Role::candidate:
      return "Possible cause";
    case Role::consequence:
      return "Follows from it";
    case Role::note:
      break;
  }
  return "Note";
}

std::string_view risk(Safety safety) {
  if (safety == Safety::safe) return "Touches nothing outside of this environment; one command undoes it.";
  if (safety == Safety::ask) return "Changes the system or other environments.";
  return "May lose work or needs your judgement: read it before you run it.";
}

// A line of details: cells are separated by tabs, and leading spaces put it under the line above.
Markup proof_line(std::string_view line) {
  std::vector<std::string_view> cells = split(line, '\t');
  bool is_below = line.starts_with(' ');
  if (cells.size() < 2) return classed("li", is_below ? "below" : "said", sentence(trim(line)));
  Markup inner = element("code", text(trim(cells[0])));
  std::string rest;
  for (std::size_t i = 1; i < cells.size(); ++i)
    if (!trim(cells[i]).empty()) rest += (rest.empty() ? "" : " ") + std::string(trim(cells[i]));
  return classed("li", "below", inner + text(" ") + labelled("span", "found", rest));
}

Markup proof(const std::vector<std::string>& lines) {
  Markup items;
  std::size_t count = std::min(lines.size(), most_lines);
  for (std::size_t i = 0; i < count; ++i) items += proof_line(lines[i]);
  if (count < lines.size()) items += labelled("li", "below", fmt::format("… {} more", lines.size() - count));
  return items.empty() ? items : element("ul", {{"class", "proof"}}, items) + line_end();
}

Markup evidence(const std::vector<Evidence>& all) {
  if (all.empty()) return {};
  Markup rows = element("tr", element("th", {{"scope", "col"}}, text("Source")) + element("th", {{"scope", "col"}}, text("Place")) +
                                  element("th", {{"scope", "col"}}, text("What was found")));
  Markup body;
  for (std::size_t i = 0; i < std::min(all.size(), most_evidence); ++i)
    body += element("tr", element("td", text(word(all[i].source))) + element("td", element("code", text(all[i].locator))) +
                              element("td", element("code", text(all[i].excerpt)))) +
            line_end();
  Markup table = element("table", element("thead", rows) + element("tbody", body));
  return folded(fmt::format("Evidence ({})", all.size()), table);
}

Markup command(const Command& words) { return element("pre", element("code", text(shell_quoted(words)))) + line_end(); }

Markup way(const Remedy& remedy) {
  Markup inner;
  if (!remedy.title.empty()) inner += element("p", sentence(remedy.title));
  for (const Command& each : remedy.commands) inner += command(each);
  Markup steps;
  for (const std::string& step : remedy.steps) steps += element("li", text(step));
  if (!steps.empty()) inner += element(remedy.commands.empty() ? "ol" : "ul", {{"class", "steps"}}, steps) + line_end();
  return inner;
}

Markup remedy(const Remedy& remedy, std::string_view heading) {
  Markup inner = element("h3", text(heading)) + way(remedy);
  std::string then = !remedy.then.empty() ? remedy.then : remedy.proven ? "" : "Not proven: no snapshot can show what this changes.";
  if (!then.empty()) inner += labelled("p", "then", then);
  if (!remedy.leaves.empty()) inner += labelled("p", "then", "What still stops a framework after it: " + join(remedy.leaves, ", "));
  if (!remedy.check.empty()) inner += element("h3", text("Check it")) + command(remedy.check);
  inner += labelled("p", "risk", risk(remedy.safety));
  if (!remedy.undo.empty()) inner += classed("p", "risk", text("Undo: ") + element("code", text(remedy.undo)));
  return classed("div", "cure", inner) + line_end();
}

Markup remedies(const std::vector<Remedy>& all) {
  if (all.empty()) return {};
  Markup others;
  for (std::size_t i = 1; i < std::min(all.size(), most_remedies); ++i) others += remedy(all[i], "Or");
  Markup inner = remedy(all.front(), "Cure");
  return others.empty() ? inner : inner + folded(fmt::format("{} more", counted(all.size() - 1, "cure")), others);
}

}  // namespace

Markup finding(const RankedFinding& ranked) {
  const Finding& found = ranked.finding;
  bool is_fault = ranked.role == Role::root || ranked.role == Role::also;
  std::string_view tone = !is_fault || found.severity != Severity::blocked ? "warning" : "bad";
  if (ranked.role == Role::note) tone = "quiet";
  std::string kind = std::string(kicker(ranked.role));
  if (found.confidence != Confidence::certain && ranked.role != Role::candidate) kind += fmt::format(", {}", word(found.confidence));
  Markup inner = labelled("p", "kicker", kind) + element("h2", sentence(found.headline));
  Markup place = element("code", text(found.cause)) + text(fmt::format(" in the layer {}", title(ranked.layer)));
  if (!found.subject.empty()) place += text(" · " + found.subject);
  inner += classed("p", "place", place) + line_end() + proof(found.details) + remedies(found.remedies) + evidence(found.because);
  Markup explained;
  for (const std::string& name : ranked.explains) explained += element("li", element("code", text(name)));
  if (!explained.empty()) inner += folded(fmt::format("Explains ({})", ranked.explains.size()), element("ul", explained));
  return classed("section", "card " + std::string(tone), inner) + line_end();
}

}  // namespace gpuwhy::render::html
