// All phrases, compiled for searching. Building it takes about a millisecond, so it is built once in a process, when text is read.
#pragma once

#include <memory>
#include <vector>

#include "evidence/literals.h"
#include "evidence/pattern.h"
#include "evidence/phrases.h"

namespace gpuwhy {

class PhraseIndex {
 public:
  PhraseIndex();

  // Phrases whose anchor stands in the folded text; each once.
  std::vector<std::uint32_t> candidates(std::string_view lower) const;
  const Pattern* pattern(std::uint32_t phrase) const { return patterns_[phrase] ? &*patterns_[phrase] : nullptr; }
  const LiteralSet& literals() const { return *literals_; }

 private:
  std::vector<std::unique_ptr<Pattern>> patterns_;  // by phrase; null for "-"
  std::unique_ptr<LiteralSet> literals_;
};

}  // namespace gpuwhy
