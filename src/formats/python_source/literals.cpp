#include "formats/python_source/literals.h"

#include <algorithm>

namespace gpuwhy::python_source {

namespace {

constexpr std::size_t longest_text = 4096;
constexpr std::size_t most_items = 1000;

bool is_word_character(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

}  // namespace

void LiteralScanner::skip_blanks() {
  for (;;) {
    std::size_t first = rest_.find_first_not_of(" \t\r\n\f\\");
    rest_.remove_prefix(first == std::string_view::npos ? rest_.size() : first);
    if (!rest_.starts_with('#')) return;
    rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
  }
}

bool LiteralScanner::accept(char c) {
  skip_blanks();
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

bool LiteralScanner::accept_word(std::string_view word) {
  skip_blanks();
  if (!rest_.starts_with(word) || (rest_.size() > word.size() && is_word_character(rest_[word.size()]))) return false;
  rest_.remove_prefix(word.size());
  return true;
}

std::optional<std::string> LiteralScanner::text() {
  skip_blanks();
  std::string_view from = rest_;
  bool raw = false;
  if (from.starts_with('r') || from.starts_with('R') || from.starts_with('u') || from.starts_with('U')) {
    raw = from.starts_with('r') || from.starts_with('R');
    from.remove_prefix(1);
  }
  if (from.empty() || (from[0] != '\'' && from[0] != '"')) return std::nullopt;
  std::string quote(1, from[0]);
  if (from.substr(0, 3) == std::string(3, from[0])) quote = std::string(3, from[0]);
  from.remove_prefix(quote.size());
  std::string text;
  while (!from.empty() && text.size() <= longest_text) {
    if (from.starts_with(quote)) {
      rest_ = from.substr(quote.size());
      return text;
    }
    if (quote.size() == 1 && from[0] == '\n') return std::nullopt;
    if (!raw && from[0] == '\\' && from.size() > 1) {
      constexpr std::string_view names = "nrt\\'\"", values = "\n\r\t\\'\"";
      std::size_t at = names.find(from[1]);
      if (at == std::string_view::npos) text += from.substr(0, 2);
      else text += values[at];
      from.remove_prefix(2);
      continue;
    }
    text += from[0];
    from.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<Literal> LiteralScanner::list(char close) {
  Literal whole;
  whole.kind = Literal::Kind::list;
  while (whole.items.size() < most_items) {
    if (accept(close)) return whole;
    auto item = text();
    if (!item) return std::nullopt;
    whole.items.push_back(std::move(*item));
    if (accept(',')) continue;
    if (accept(close)) return whole;
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Literal> LiteralScanner::literal() {
  Literal value;
  if (accept_word("None")) return value;
  if (bool truth = accept_word("True"); truth || accept_word("False")) {
    value.kind = Literal::Kind::boolean;
    value.truth = truth;
    return value;
  }
  if (accept('[')) return list(']');
  if (accept('(')) return list(')');
  if (auto text = this->text()) {
    value.kind = Literal::Kind::text;
    value.text = std::move(*text);
    return value;
  }
  std::size_t length = std::min(rest_.find_first_not_of("+-.0123456789"), rest_.size());
  if (length == 0 || length > 40) return std::nullopt;
  value.kind = Literal::Kind::number;
  value.text = std::string(rest_.substr(0, length));
  rest_.remove_prefix(length);
  return value;
}

}  // namespace gpuwhy::python_source
