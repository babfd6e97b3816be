#include "evidence/condition.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "base/version.h"

namespace gpuwhy {

namespace {

std::vector<std::string> values_of(std::string_view side, const Clues& clues, const Captures& captures) {
  std::vector<std::string> values;
  if (side.size() > 2 && side.front() == '{' && side.back() == '}') {
    auto found = captures.find(std::string(side.substr(1, side.size() - 2)));
    if (found != captures.end()) values.push_back(found->second);
    return values;
  }
  for (const Clue* clue : clues.all(side)) values.push_back(clue->value);
  return values;
}

// What stands on the right: a capture, or the text itself.
std::string literal_of(std::string_view side, const Captures& captures) {
  if (side.size() > 2 && side.front() == '{' && side.back() == '}') {
    auto found = captures.find(std::string(side.substr(1, side.size() - 2)));
    return found == captures.end() ? "" : found->second;
  }
  return std::string(side);
}

bool compares(std::string_view left, std::string_view operation, std::string_view right, const Clues& clues, const Captures& captures) {
  std::vector<std::string> values = values_of(left, clues, captures);
  if (values.empty()) return false;
  std::string wanted = literal_of(right, captures);
  if (operation == "=" || operation == "!=") {
    bool any = false;
    for (std::string_view choice : split(wanted, '|'))
      any |= std::ranges::any_of(values, [&](const std::string& value) { return to_lower(value) == to_lower(choice); });
    return any == (operation == "=");
  }
  if (operation == "~")
    return std::ranges::any_of(values, [&](const std::string& value) { return to_lower(value).contains(to_lower(wanted)); });
  // The right side of an order may also be the name of a clue: driver<driver.needed.
  if (std::vector<std::string> named = values_of(right, clues, captures); !named.empty()) wanted = named.front();
  auto a = Version::parse(values.front()), b = Version::parse(wanted);
  if (!a || !b) return false;
  if (operation == "<") return *a < *b;
  if (operation == "<=") return *a <= *b;
  if (operation == ">") return *a > *b;
  return *a >= *b;
}

bool term_holds(std::string_view term, const Clues& clues, const Captures& captures) {
  for (std::string_view operation : {"!=", "<=", ">=", "=", "<", ">", "~"}) {
    std::size_t at = term.find(operation);
    if (at == std::string_view::npos || at == 0) continue;
    bool negated = term.starts_with('!') && operation != "!=";
    std::string_view left = negated ? term.substr(1, at - 1) : term.substr(0, at);
    return compares(left, operation, term.substr(at + operation.size()), clues, captures) != negated;
  }
  bool negated = term.starts_with('!');
  if (negated) term.remove_prefix(1);
  return !values_of(term, clues, captures).empty() != negated;
}

}  // namespace

bool holds(std::string_view condition, const Clues& clues, const Captures& captures) {
  for (std::string_view term : split(condition, ' ')) {
    term = trim(term);
    if (!term.empty() && term != "-" && !term_holds(term, clues, captures)) return false;
  }
  return true;
}

std::string fill(std::string_view text, const Clues& clues, const Captures& captures) {
  std::string filled;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t end = text[i] == '{' ? text.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      filled += text[i];
      continue;
    }
    std::string name(text.substr(i + 1, end - i - 1));
    auto captured = captures.find(name);
    const Clue* clue = clues.first(name);
    filled += captured != captures.end() ? captured->second : clue ? clue->value : "?";
    i = end;
  }
  return filled;
}

}  // namespace gpuwhy
