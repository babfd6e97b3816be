#include "render/text/differences.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "render/text/words.h"

namespace gpuwhy::render {

bool is_not_known(const std::string& value) { return value == "?"; }

std::string_view word(Comparison::Kind kind) {
  switch (kind) {
    case Comparison::Kind::one_fails:
      return "one-fails";
    case Comparison::Kind::both_work:
      return "both-work";
    case Comparison::Kind::both_fail:
      return "both-fail";
    case Comparison::Kind::cannot_tell:
      return "cannot-tell";
  }
  GW_CHECK(false);
  return "";
}

const RankedFinding* find_root(const Report& report) {
  auto found = std::ranges::find_if(report.findings, [](const RankedFinding& ranked) { return ranked.role == Role::root; });
  return found == report.findings.end() ? nullptr : &*found;
}

ColumnNames column_names(const Comparison& comparison) {
  if (comparison.kind != Comparison::Kind::one_fails) return {comparison.working, comparison.failing};
  return {fmt::format("{} (works)", comparison.working), fmt::format("{} (fails)", comparison.failing)};
}

std::string proof_sentence(const Comparison& comparison) {
  if (comparison.kind != Comparison::Kind::one_fails) return "";
  if (!comparison.proven) return "not proven: no difference that gpuwhy can carry over makes it work there";
  return fmt::format("proven: carried over to a copy of {}, {} the GPU be seen there", comparison.failing,
                     comparison.causal.size() == 1 ? "this lets" : "these together let");
}

std::string harmless_sentence(const Comparison& comparison) {
  if (comparison.harmless.empty()) return "";
  std::string count = counted(comparison.harmless.size(), "difference");
  if (comparison.kind != Comparison::Kind::one_fails) return count + " between them";
  return count + (comparison.harmless.size() == 1 ? " that does not matter" : " that do not matter");
}

}  // namespace gpuwhy::render
