#include "render/github/annotations.h"

#include <fmt/format.h>

#include "base/text.h"
#include "render/text/differences.h"
#include "render/text/shell.h"
#include "render/text/unicode.h"
#include "render/text/words.h"

namespace gpuwhy {

namespace {

using namespace render;

std::string escaped(std::string_view text, bool in_property) {
  std::string plain = replace_all(shown(text, 2000), "%", "%25");
  if (in_property) plain = replace_all(replace_all(std::move(plain), ":", "%3A"), ",", "%2C");
  return plain;
}

std::string_view level_of(const RankedFinding& ranked) {
  if (ranked.role == Role::candidate || ranked.finding.severity == Severity::degraded) return "warning";
  return ranked.finding.severity == Severity::blocked ? "error" : "notice";
}

// A line feed inside of a message is written as %0A.
std::string cure_of(const Finding& finding) {
  if (finding.remedies.empty()) return "";
  std::string text;
  const Remedy& remedy = finding.remedies.front();
  for (const Command& command : remedy.commands) text += "%0Acure: " + escaped(shell_quoted(command), false);
  if (remedy.commands.empty())
    for (const std::string& step : remedy.steps) text += "%0Acure: " + escaped(step, false);
  return text;
}

std::string message_of(const RankedFinding& ranked) {
  std::string message = escaped(ranked.finding.headline, false);
  for (const std::string& detail : ranked.finding.details) message += "%0A" + escaped(detail, false);
  return message + cure_of(ranked.finding);
}

}  // namespace

std::string render_github(const Report& report) {
  std::string text;
  for (const RankedFinding& ranked : report.findings) {
    if (ranked.role == Role::consequence) continue;
    text += fmt::format("::{} title={}::{}\n", level_of(ranked), escaped("gpuwhy: " + ranked.finding.cause, true), message_of(ranked));
  }
  if (report.next_check && !report.next_check->command.empty())
    text += fmt::format("::notice title=gpuwhy::this decides between {}:%0A{}\n", escaped(join(report.next_check->decides, ", "), false),
                        escaped(shell_quoted(report.next_check->command), false));
  if (!text.empty()) return text;
  std::string message(verdict_sentence(report));
  for (const std::string& remark : report.remarks) message += "%0A" + escaped(remark, false);
  return fmt::format("::notice title=gpuwhy::{}\n", message);
}

std::string render_github(const Comparison& comparison) {
  bool fails = comparison.kind == Comparison::Kind::one_fails || comparison.kind == Comparison::Kind::both_fail;
  std::string message = escaped(comparison.sentence, false);
  for (const std::string& line : comparison.behaviour) message += "%0A" + escaped(line, false);
  for (const Difference& each : comparison.causal)
    message += "%0A" + escaped(fmt::format("{}: {} there, {} here", each.what, value_words(each.there), value_words(each.here)), false);
  if (std::string proof = proof_sentence(comparison); !proof.empty()) message += "%0A" + escaped(proof, false);
  const RankedFinding* root = find_root(comparison.failing_report);
  std::string title = root && fails ? "gpuwhy: " + root->finding.cause : "gpuwhy";
  if (root && fails) message += cure_of(root->finding);
  return fmt::format("::{} title={}::{}\n", fails ? "error" : "notice", escaped(title, true), message);
}

}  // namespace gpuwhy
