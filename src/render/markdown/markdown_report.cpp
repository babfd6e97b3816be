#include "render/markdown/markdown_report.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "render/markdown/markdown_text.h"
#include "render/text/shell.h"
#include "render/text/words.h"

namespace gpuwhy {

namespace {

using namespace render;
using namespace render::markdown;

std::string prediction_line(const Prediction& prediction) {
  std::string sees = prediction.outcome != Outcome::lists ? std::string(word(prediction.outcome))
                     : prediction.sees_gpus.is_known()
                         ? fmt::format("sees {}", counted(static_cast<std::uint64_t>(*prediction.sees_gpus), "GPU"))
                         : "unknown";
  return fmt::format("{}: {}", escaped(title(prediction)), sees);
}

std::string rendered(const Report& report, std::size_t limit) {
  std::string text = fmt::format("**{}**\n\n", verdict_sentence(report));
  std::vector<std::string> predictions, also, candidates;
  for (const Prediction& prediction : report.predictions) predictions.push_back(prediction_line(prediction));
  text += list(std::move(predictions), limit);
  bool has_whole = false;
  for (const RankedFinding& ranked : report.findings) {
    std::string line = fmt::format("{} ({})", escaped(ranked.finding.headline), code_word(ranked.finding.cause));
    bool is_fault = ranked.role == Role::root || ranked.role == Role::also;
    if (is_fault && !has_whole) text += finding_text(ranked, limit), has_whole = true;
    else if (is_fault) also.push_back(line);
    else if (ranked.role == Role::candidate) candidates.push_back(line);
  }
  text += list(std::move(also), limit, "And, beside it:\n\n");
  text += list(std::move(candidates), limit, "One of these is the cause:\n\n");
  if (report.next_check && !report.next_check->command.empty())
    text += "This decides between them:\n\n" + fenced({shell_quoted(report.next_check->command)}, "bash") + "\n";
  for (const std::string& remark : bounded(report.remarks, limit)) text += escaped(remark) + "\n\n";
  if (!is_from_text(report)) text += ladder_line(report);
  return text + footer(report);
}

}  // namespace

std::string render_markdown(const Report& report) {
  return fitted([&](std::size_t limit) { return rendered(report, limit); });
}

}  // namespace gpuwhy
