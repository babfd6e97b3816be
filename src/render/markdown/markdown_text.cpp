#include "render/markdown/markdown_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "render/text/shell.h"
#include "render/text/unicode.h"
#include "render/text/words.h"

namespace gpuwhy::render::markdown {

namespace {

constexpr std::size_t longest_list = 10, most_lines = 59;

std::vector<std::string> proof_of(const Finding& finding) {
  if (!finding.details.empty()) return finding.details;
  std::vector<std::string> lines;
  for (const Evidence& evidence : finding.because)
    lines.push_back(evidence.excerpt.empty() ? evidence.locator : fmt::format("{}: {}", evidence.locator, evidence.excerpt));
  return lines;
}

}  // namespace

std::vector<std::string> bounded(std::vector<std::string> lines, std::size_t limit, std::string_view lead) {
  if (lines.size() <= limit) return lines;
  std::size_t left = lines.size() - limit;
  lines.resize(limit);
  lines.push_back(fmt::format("{}… {} more", lead, left));
  return lines;
}

std::string escaped(std::string_view text) {
  std::string plain;
  for (char c : shown(text, 2000)) {
    if (std::string_view("\\`*_{}[]<>#|@~").find(c) != std::string_view::npos) plain += '\\';
    plain += c;
  }
  return replace_all(std::move(plain), "://", "\\://");  // else GitHub makes a link of it
}

std::string fenced(const std::vector<std::string>& lines, std::string_view language) {
  std::size_t longest = 2, run = 0;
  std::string body;
  for (const std::string& line : lines) {
    std::string text = shown(line, 2000);
    run = 0;
    for (char c : text) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    body += text + "\n";
  }
  std::string fence(longest + 1, '`');
  return fmt::format("{}{}\n{}{}\n", fence, language, body, fence);
}

// A slug is one plain word; what else a saved report may hold there is not let through.
std::string code_word(std::string_view slug) {
  std::string plain = "`";
  for (char c : shown(slug, 80)) plain += c == '`' ? '\'' : c;
  return plain + "`";
}

namespace {

std::string remedy_text(const Remedy& remedy, std::size_t limit) {
  std::string text;
  if (!remedy.title.empty()) text += fmt::format("**Cure:** {}\n\n", escaped(remedy.title));
  std::vector<std::string> commands;
  for (const Command& command : remedy.commands) commands.push_back(shell_quoted(command));
  commands = bounded(std::move(commands), limit, "# ");
  if (!commands.empty()) text += fenced(commands, "bash") + "\n";
  std::vector<std::string> steps;
  for (const std::string& step : remedy.steps) steps.push_back(escaped(step));
  text += list(std::move(steps), limit);
  if (!remedy.check.empty()) text += "**Check:**\n\n" + fenced({shell_quoted(remedy.check)}, "bash") + "\n";
  if (!remedy.then.empty()) text += escaped(remedy.then) + "\n\n";
  return text;
}

}  // namespace

std::string finding_text(const RankedFinding& ranked, std::size_t limit) {
  const Finding& finding = ranked.finding;
  std::string text = fmt::format("### {}\n\n{}{}\n\n", escaped(finding.headline), code_word(finding.cause),
                                 finding.confidence == Confidence::certain ? "" : fmt::format(", {}", word(finding.confidence)));
  if (std::vector<std::string> proof = bounded(proof_of(finding), limit); !proof.empty()) text += fenced(proof, "text") + "\n";
  if (!finding.remedies.empty()) text += remedy_text(finding.remedies.front(), limit);
  return text;
}

std::string list(std::vector<std::string> lines, std::size_t limit, std::string_view lead) {
  if (lines.empty()) return "";
  std::string text(lead);
  for (const std::string& line : bounded(std::move(lines), limit)) text += "- " + line + "\n";
  return text + "\n";
}

std::string fitted(const std::function<std::string(std::size_t limit)>& render) {
  for (std::size_t limit = longest_list;; --limit) {
    std::string text = render(limit);
    if (limit == 1 || static_cast<std::size_t>(std::ranges::count(text, '\n')) <= most_lines) return text;
  }
}

std::string ladder_line(const Report& report) {
  std::string line;
  for (const Rung& rung : report.ladder) {
    bool says_nothing = rung.state == RungState::unknown || rung.state == RungState::not_reached;
    if (rung.layer == Layer::program && says_nothing) continue;  // only a log or a run can show it
    std::string name(title(rung.layer));
    bool is_marked = rung.state == RungState::broken || rung.state == RungState::degraded;
    line += fmt::format("{}{} {}", line.empty() ? "" : " · ", is_marked ? "**" + name + "**" : name, mark(rung.state, marks(true)));
  }
  return line.empty() ? "" : line + "\n\n";
}

std::string footer(const Report& report) {
  return fmt::format("<sub>gpuwhy {}, facts as of {}</sub>\n", escaped(report.tool_version), escaped(report.facts_as_of));
}

}  // namespace gpuwhy::render::markdown
