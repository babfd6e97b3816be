#include "render/markdown/markdown_diff.h"

#include <fmt/format.h>

#include <algorithm>

#include "render/markdown/markdown_text.h"
#include "render/text/differences.h"
#include "render/text/words.h"

namespace gpuwhy {

namespace {

using namespace render;
using namespace render::markdown;

std::string table(const Comparison& comparison, std::size_t limit) {
  ColumnNames names = column_names(comparison);
  std::string text = fmt::format("| | {} | {} |\n|---|---|---|\n", escaped(names.there), escaped(names.here));
  std::size_t rows = std::min(comparison.causal.size(), limit);
  for (std::size_t i = 0; i < rows; ++i) {
    const Difference& each = comparison.causal[i];
    std::string what = escaped(each.what);
    text += fmt::format("| {} | {} | {} |\n", i == 0 ? "**" + what + "**" : what, escaped(value_words(each.there)),
                        escaped(value_words(each.here)));
  }
  if (std::size_t left = comparison.causal.size() - rows; left > 0) text += fmt::format("| … {} more | | |\n", left);
  return text + "\n";
}

std::string rendered(const Comparison& comparison, std::size_t limit) {
  std::string text = fmt::format("**{}**\n\n", escaped(comparison.sentence));
  std::vector<std::string> behaviour;
  for (const std::string& line : comparison.behaviour) behaviour.push_back(escaped(line));
  text += list(std::move(behaviour), limit);
  if (!comparison.causal.empty()) text += table(comparison, limit);
  if (std::string proof = proof_sentence(comparison); !proof.empty()) text += escaped(proof) + "\n\n";
  if (const RankedFinding* root = find_root(comparison.failing_report)) text += finding_text(*root, limit);
  for (const auto& [name, report] :
       {std::pair(&comparison.working, &comparison.working_report), std::pair(&comparison.failing, &comparison.failing_report)})
    if (std::string ladder = ladder_line(*report); !ladder.empty()) text += fmt::format("{}: {}", escaped(*name), ladder);
  if (std::string tail = harmless_sentence(comparison); !tail.empty()) text += tail + "\n\n";
  return text + footer(comparison.failing_report);
}

}  // namespace

std::string render_markdown(const Comparison& comparison) {
  return fitted([&](std::size_t limit) { return rendered(comparison, limit); });
}

}  // namespace gpuwhy
