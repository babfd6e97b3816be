#include "evidence/pattern.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_hole = 400;
constexpr int step_budget = 20000;  // a hostile line cannot make a pattern with many holes slow

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string fold_literal(std::string_view text) {
  std::string folded;
  for (char c : text) {
    char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : is_blank(c) ? ' ' : c;
    if (lower == ' ' && !folded.empty() && folded.back() == ' ') continue;
    folded += lower;
  }
  return folded;
}

// Bytes that a hole of this kind may hold.
bool is_file_byte(char c) { return !is_blank(c) && c != '\'' && c != '"' && c != ',' && c != ':' && c != '`' && c != ';' && c != ')'; }

}  // namespace

Folded fold(std::string_view text) {
  Folded folded;
  folded.lower.reserve(text.size());
  folded.original.reserve(text.size());
  for (char c : text) {
    bool blank = is_blank(c);
    if (blank && !folded.lower.empty() && folded.lower.back() == ' ') continue;
    folded.original += blank ? ' ' : c;
    folded.lower += blank ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return folded;
}

Result<void> Pattern::add_hole(std::string_view inside) {
  Token token;
  if (std::size_t equals = inside.find('='); equals != std::string_view::npos) {
    token.kind = Kind::choice;
    token.name = inside.substr(0, equals);
    for (std::string_view part : split(inside.substr(equals + 1), '|')) token.texts.push_back(fold_literal(part));
    tokens_.push_back(std::move(token));
    return {};
  }
  std::size_t colon = inside.find(':');
  std::string_view kind = colon == std::string_view::npos ? "word" : inside.substr(colon + 1);
  token.name = inside.substr(0, colon);
  if (inside == "*") token.name.clear(), kind = "rest";
  if (kind == "word") token.kind = Kind::word;
  else if (kind == "version") token.kind = Kind::version;
  else if (kind == "number") token.kind = Kind::number;
  else if (kind == "file") token.kind = Kind::file;
  else if (kind == "rest") token.kind = Kind::rest;
  else return fail("no hole is of the kind '" + std::string(kind) + "'");
  tokens_.push_back(std::move(token));
  return {};
}

Result<void> Pattern::parse_tokens(std::string_view text) {
  std::string literal;
  auto close_literal = [&] {
    if (!literal.empty()) tokens_.push_back({Kind::literal, "", {fold_literal(literal)}});
    literal.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      literal += text[++i];
    } else if (c == '{' || c == '(') {
      close_literal();
      std::size_t end = text.find(c == '{' ? '}' : ')', i);
      if (end == std::string_view::npos) return fail("a brace is never closed");
      std::string_view inside = text.substr(i + 1, end - i - 1);
      if (auto added = add_hole(c == '{' ? std::string(inside) : "=" + std::string(inside)); !added) return added;
      i = end;
    } else {
      literal += c;
    }
  }
  close_literal();
  return {};
}

Result<Pattern> Pattern::parse(std::string_view text) {
  Pattern pattern;
  if (auto parsed = pattern.parse_tokens(text); !parsed) return fail(parsed.error().message);
  for (const Token& token : pattern.tokens_)
    if (token.kind == Kind::literal && token.texts[0].size() > pattern.anchor_.size()) pattern.anchor_ = token.texts[0];
  if (pattern.anchor_.size() < 4) return fail("no literal of four bytes or more in '" + std::string(text) + "'");
  return pattern;
}

bool Pattern::match_hole(const Folded& text, std::size_t index, std::size_t at, Match& match, int& budget) const {
  const Token& token = tokens_[index];
  auto holds = [&](char c) {
    switch (token.kind) {
      case Kind::word:
        return c != ' ';
      case Kind::version:
        return is_digit(c) || c == '.';
      case Kind::number:
        return is_digit(c);
      case Kind::file:
        return is_file_byte(c);
      default:
        return true;
    }
  };
  // A number is taken whole; a word or the rest is as short as what follows allows, and whole when nothing follows.
  bool greedy = token.kind == Kind::version || token.kind == Kind::number || token.kind == Kind::file;
  std::size_t longest = at;
  while (longest < text.lower.size() && longest - at < longest_hole && holds(text.lower[longest])) ++longest;
  bool last = index + 1 == tokens_.size();
  std::size_t shortest = token.kind == Kind::rest ? at : at + 1;
  auto try_end = [&](std::size_t end) {
    if (!match_from(text, index + 1, end, match, budget)) return false;
    if (!token.name.empty()) {
      std::string_view kept = trim(std::string_view(text.original).substr(at, end - at));
      if (token.kind == Kind::version || token.kind == Kind::file)
        while (kept.ends_with('.')) kept.remove_suffix(1);
      match.captures[token.name] = kept;
    }
    return true;
  };
  if (greedy || last) {
    for (std::size_t end = longest; end >= shortest && end != std::string::npos; --end)
      if (try_end(end)) return true;
    return false;
  }
  for (std::size_t end = shortest; end <= longest; ++end)
    if (try_end(end)) return true;
  return false;
}

bool Pattern::match_from(const Folded& text, std::size_t index, std::size_t at, Match& match, int& budget) const {
  if (--budget < 0) return false;
  if (index == tokens_.size()) {
    match.end = at;
    return true;
  }
  const Token& token = tokens_[index];
  if (token.kind == Kind::literal || token.kind == Kind::choice) {
    for (const std::string& literal : token.texts) {
      if (text.lower.compare(at, literal.size(), literal) != 0) continue;
      if (!match_from(text, index + 1, at + literal.size(), match, budget)) continue;
      if (!token.name.empty()) match.captures[token.name] = text.original.substr(at, literal.size());
      return true;
    }
    return false;
  }
  return match_hole(text, index, at, match, budget);
}

bool Pattern::find(const Folded& text, std::size_t begin_limit, Match& match) const {
  int budget = step_budget;
  // A pattern that begins with a literal can only begin where that literal stands.
  const Token& first = tokens_.front();
  for (std::size_t at = 0; at < std::min(begin_limit, text.lower.size()); ++at) {
    if (first.kind == Kind::literal) {
      at = text.lower.find(first.texts[0], at);
      if (at == std::string::npos || at >= begin_limit) return false;
    }
    match.captures.clear();
    match.begin = at;
    if (match_from(text, 0, at, match, budget)) return true;
    if (budget < 0) return false;
  }
  return false;
}

}  // namespace gpuwhy
