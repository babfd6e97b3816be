// The pattern of a log phrase. Not a regular expression: literal text with holes, so that it reads as the program prints it, matches in
// linear time in practice, and always has a literal to search for first.
//
//   literal text       letters match in either case; one blank matches any run of blanks
//   {name}             a word: no blanks, as short as what follows allows
//   {name:version}     digits and points: 12.4, 8.9.7
//   {name:number}      digits
//   {name:file}        a file or library name or path: no blanks, quotes, commas or colons
//   {name:rest}        anything up to what follows, at most 400 bytes
//   {*}                the same, not kept
//   (a|b|c)            one of these literals, kept nowhere; (a|) is an optional one
//   {name=a|b|c}       one of these literals, kept
//   \( \{ \| \\        the characters themselves
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gpuwhy {

using Captures = std::map<std::string, std::string>;

// Text as patterns see it: lower case, runs of blanks made one. `original` has the same length with the letters as they were.
struct Folded {
  std::string lower, original;
};
Folded fold(std::string_view text);

class Pattern {
 public:
  // Refuses a pattern without a literal of at least four bytes to search for, an unknown kind, an open brace.
  static Result<Pattern> parse(std::string_view text);

  // The longest literal of the pattern, folded; every match contains it.
  const std::string& anchor() const { return anchor_; }

  struct Match {
    std::size_t begin = 0, end = 0;  // in the folded text
    Captures captures;
  };
  // The first match that begins before `begin_limit`, knowing that the anchor stands at `anchor_at`.
  bool find(const Folded& text, std::size_t begin_limit, Match& match) const;

 private:
  enum class Kind { literal, word, version, number, file, rest, choice };
  struct Token {
    Kind kind = Kind::literal;
    std::string name;  // "" = not kept
    std::vector<std::string> texts;
  };
  bool match_from(const Folded& text, std::size_t token, std::size_t at, Match& match, int& budget) const;
  bool match_hole(const Folded& text, std::size_t token, std::size_t at, Match& match, int& budget) const;
  Result<void> add_hole(std::string_view inside);
  Result<void> parse_tokens(std::string_view text);

  std::vector<Token> tokens_;
  std::string anchor_;
};

}  // namespace gpuwhy
