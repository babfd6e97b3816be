// A scanner for Python literals: None, True, False, numbers, texts in one or three quotes, lists and tuples of these.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/python_source/python_source.h"

namespace gpuwhy::python_source {

class LiteralScanner {
 public:
  explicit LiteralScanner(std::string_view rest) : rest_(rest) {}

  void skip_blanks();  // also line ends, comments and joined lines
  bool accept(char c);
  bool accept_word(std::string_view word);
  std::optional<std::string> text();  // '...', "...", with the usual escapes; r and u prefixes
  std::optional<Literal> literal();
  std::string_view rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }
  void skip_one() {
    if (!rest_.empty()) rest_.remove_prefix(1);
  }

 private:
  std::optional<Literal> list(char close);

  std::string_view rest_;
};

}  // namespace gpuwhy::python_source
