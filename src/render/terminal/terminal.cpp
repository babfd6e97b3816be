#include "render/terminal/terminal.h"

#include <algorithm>

#include <fmt/format.h>

#include "render/terminal/blocks.h"
#include "render/terminal/sentences.h"

namespace gpuwhy {

namespace {

using namespace render;

constexpr std::size_t lines_for_one_cause = 20;  // the whole page, without -v
constexpr std::size_t most_details = 10, fewest_details = 3;
constexpr std::size_t others_shown = 5, unknown_shown = 4;  // without -v

void unknown_facts(const Report& report, const TerminalOptions& options, Sheet& sheet) {
  if (report.unknown.empty()) return;
  if (options.verbose) {
    sheet.paragraph({{"could not read:"}});
    std::vector<std::string> lines;
    for (const NotTold& each : report.unknown) lines.push_back(fmt::format("{}\t{}\t{}", each.fact, reason_words(each.why), each.detail));
    return sheet.details(lines, 4);
  }
  std::vector<std::string> facts;
  for (const NotTold& each : report.unknown) {
    std::string text = fmt::format("{} ({})", each.fact, reason_words(each.why));
    if (std::ranges::find(facts, text) == facts.end()) facts.push_back(std::move(text));
  }
  std::string line = "could not read: ";
  for (std::size_t i = 0; i < std::min(facts.size(), unknown_shown); ++i) line += (i == 0 ? "" : ", ") + facts[i];
  if (facts.size() > unknown_shown) line += fmt::format(" and {} more with -v", facts.size() - unknown_shown);
  sheet.paragraph({{line}}, {0, 4});
}

// A line each for those that hold a framework; the others matter little and are counted.
void other_environments(const Report& report, const TerminalOptions& options, Sheet& sheet) {
  auto is_bare = [](const OtherEnvironment& other) { return other.summary == no_framework_summary; };
  std::size_t without = static_cast<std::size_t>(std::ranges::count_if(report.others, is_bare));
  if (options.verbose || without == 1) without = 0;
  std::vector<const OtherEnvironment*> told;
  for (const OtherEnvironment& other : report.others)
    if (without == 0 || !is_bare(other)) told.push_back(&other);
  std::size_t count = options.verbose ? told.size() : std::min(told.size(), others_shown);
  for (std::size_t i = 0; i < count; ++i) {
    const OtherEnvironment& other = *told[i];
    std::string by = other.chosen_by.empty() ? "" : fmt::format(" ({})", other.chosen_by);
    sheet.paragraph({{"elsewhere  ", Style::dim}, {fmt::format("{}{}: {}", other.interpreter, by, other.summary)}}, {0, 4});
  }
  std::string_view ellipsis = marks(options.unicode).ellipsis;
  if (std::size_t left = told.size() - count; left > 0)
    sheet.paragraph({{fmt::format("{} {} more with -v", ellipsis, counted(left, "environment")), Style::dim}}, {0, 4});
  if (without > 0)
    sheet.paragraph({{fmt::format("elsewhere  {} without a framework (-v)", counted(without, "environment")), Style::dim}}, {0, 4});
}

// -v: what the frameworks of one process share, what a running one holds, what rides on a framework.
void company(const Report& report, Sheet& sheet) {
  if (report.shared_process && !report.shared_process->libraries.empty()) {
    sheet.paragraph({{"in this process each gets:"}});
    std::vector<std::string> lines;
    for (const LibraryCopy& copy : report.shared_process->libraries) {
      // The others follow these; the document for machines has them all.
      constexpr std::string_view shown[] = {"libcudart.so", "libcublas.so", "libcudnn.so", "libnvJitLink.so"};
      if (std::ranges::none_of(shown, [&](std::string_view stem) { return copy.library.starts_with(stem); })) continue;
      std::string by = copy.brought_by == copy.framework ? "its own" : copy.brought_by.empty() ? "" : "brought by " + copy.brought_by;
      lines.push_back(fmt::format("{}\t{}\t{}\t{}\t{}", copy.framework, copy.library, copy.path, copy.version, by));
    }
    sheet.details(lines, 4);
  }
  if (report.process) {
    std::vector<std::string> lines;
    for (const MappedFile& file : report.process->mapped)
      lines.push_back(fmt::format("really mapped: {}{}", file.path, file.deleted ? " (replaced on disk)" : ""));
    for (const std::string& file : report.process->device_files) lines.push_back("holds open: " + file);
    sheet.paragraph({{fmt::format("process {}:", report.process->pid)}});
    sheet.details(lines, 4);
  }
  if (report.riders.empty()) return;
  std::string line;
  for (const Rider& rider : report.riders)
    line += fmt::format("{}{} {}{}", line.empty() ? "also installed: " : ", ", rider.name, rider.version,
                        rider.variant.empty() ? "" : fmt::format(" ({})", rider.variant));
  sheet.paragraph({{line}}, {0, 4});
}

Style style_of(RungState state) {
  if (state == RungState::ok) return Style::good;
  if (state == RungState::broken) return Style::bad;
  return state == RungState::not_reached ? Style::dim : Style::warning;
}

void ladder(const Report& report, const TerminalOptions& options, Sheet& sheet) {
  const Marks& signs = marks(options.unicode);
  std::vector<std::vector<Span>> rungs;
  for (const Rung& rung : report.ladder) {
    bool says_nothing = rung.state == RungState::unknown || rung.state == RungState::not_reached;
    if (rung.layer == Layer::program && says_nothing) continue;  // only a log or a run can show it
    std::string name(title(rung.layer));
    Span sign = {std::string(mark(rung.state, signs)), style_of(rung.state)};
    if (options.verbose)
      sheet.paragraph({sign, {fmt::format(" {:<17} {}", name, rung.summary.empty() ? reason_words(word(rung.state)) : rung.summary)}},
                      {0, 20});
    else rungs.push_back({{name + " "}, sign});
  }
  sheet.items(rungs, {}, 2);
}

void timings(const Report& report, const TerminalOptions& options, Sheet& sheet) {
  if (!options.verbose || report.timings_ms.empty()) return;
  sheet.blank();
  std::string line;
  for (const auto& [name, value] : report.timings_ms)
    line += fmt::format("{}{} {}", line.empty() ? "time: " : ", ", name, milliseconds(value));
  sheet.paragraph({{line, Style::dim}}, {0, 4});
}

struct Page {
  Sheet sheet;
  std::size_t full_blocks = 0;
};

Page page(const Report& report, const TerminalOptions& options, std::size_t detail_limit) {
  Sheet sheet(options, report.home);
  sheet.items(headline_parts(report, marks(options.unicode)), {0, 2}, 1);
  sheet.blank();
  Blocks blocks(report, options, detail_limit, sheet);
  if (is_from_text(report)) blocks.text_answer();
  else if (report.predictions.empty()) blocks.no_framework();
  else blocks.predictions();
  blocks.remaining_findings();
  blocks.unexplained_gates();
  for (const std::string& remark : report.remarks) sheet.paragraph({{remark}}, {0, 4});
  if (options.verbose)
    for (const std::string& note : report.environment_notes) sheet.paragraph({{note}}, {0, 4});
  if (options.verbose) company(report, sheet);
  // A text tells little, and what it does not tell is no failure to read it.
  if (!is_from_text(report)) unknown_facts(report, options, sheet);
  other_environments(report, options, sheet);
  if (!is_from_text(report) || options.verbose) {
    sheet.blank();
    ladder(report, options, sheet);
  }
  timings(report, options, sheet);
  return {std::move(sheet), blocks.full_blocks()};
}

}  // namespace

std::string render_terminal(const Report& report, const TerminalOptions& options) {
  // The proof is what gives way when a page grows too long: the answer, the cure and the ladder are always whole.
  for (std::size_t limit = most_details;; --limit) {
    Page tried = page(report, options, limit);
    std::size_t allowed = lines_for_one_cause * std::max<std::size_t>(tried.full_blocks, 1);
    if (options.verbose || limit == fewest_details || tried.sheet.line_count() <= allowed) return tried.sheet.text();
  }
}

}  // namespace gpuwhy
