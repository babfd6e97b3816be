// Every phrase that gpuwhy knows, as tools/gen-phrases compiles them from src/causes/*/*/phrases.tsv and data/log/*.tsv. Nobody edits a
// list of them by hand.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gpuwhy {

enum class Strength : std::uint8_t {
  proof,        // the text shows the failure itself, and this is its cause
  likely,       // its mechanism is shown, and other explanations are rare
  hint,         // one of several causes that print this
  weak,         // the same, and another is more common
  consequence,  // follows from something else that the text may show; said only where nothing better is there
  clue,         // sets clues, concludes nothing
  benign,       // harmless, whatever it looks like
  healthy,      // a GPU was found or used
};

struct Phrase {
  std::string_view cause;    // slug; "" for data/log
  std::string_view pattern;  // see pattern.h; "-": the conditions alone, at the line of the first clue that they name
  Strength strength = Strength::hint;
  std::string_view when;  // see condition.h; "-": always
  std::string_view says;  // the fault in one clause, with {captures}; "-": the cause's title. Of clues: name=value terms
  std::string_view program, versions, source;
};
std::span<const Phrase> all_phrases();

// What to do, by cause and place: cures.tsv of the cause's folder.
struct TextCure {
  std::string_view cause;
  std::string_view kind;     // cure, verify, decide
  std::string_view when;     // see condition.h; the first row of a kind whose conditions hold is taken
  std::string_view title;    // "Load the module"
  std::string_view command;  // one line as typed in a shell; "" where only words help
};
std::span<const TextCure> all_text_cures();

}  // namespace gpuwhy
