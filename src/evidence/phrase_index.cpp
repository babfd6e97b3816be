#include "evidence/phrase_index.h"

#include <algorithm>

namespace gpuwhy {

PhraseIndex::PhraseIndex() {
  std::vector<LiteralSet::Entry> entries;
  std::uint32_t id = 0;
  for (const Phrase& phrase : all_phrases()) {
    // The generator's tests parse every pattern, so a refusal here is a row without one.
    auto parsed = phrase.pattern == "-" ? fail("") : Pattern::parse(phrase.pattern);
    patterns_.push_back(parsed ? std::make_unique<Pattern>(std::move(*parsed)) : nullptr);
    if (patterns_.back()) entries.push_back({patterns_.back()->anchor(), id});
    ++id;
  }
  literals_ = std::make_unique<LiteralSet>(std::move(entries));
}

std::vector<std::uint32_t> PhraseIndex::candidates(std::string_view lower) const {
  std::vector<std::uint32_t> found;
  literals_->scan(lower, [&](std::uint32_t id, std::size_t) { found.push_back(id); });
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

}  // namespace gpuwhy
