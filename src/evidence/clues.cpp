#include "evidence/clues.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy {

namespace {

constexpr std::size_t most_values = 512;  // of one name: a log that repeats itself with other numbers cannot fill the memory

}  // namespace

void Clues::add(std::string_view name, std::string_view value, std::size_t line) {
  std::vector<std::size_t>& known = by_name_[std::string(name)];
  bool told = std::ranges::any_of(known, [&](std::size_t index) { return clues_[index].value == value; });
  if (told || known.size() >= most_values) return;
  known.push_back(clues_.size());
  clues_.push_back({std::string(name), std::string(value), line});
}

bool Clues::has(std::string_view name, std::string_view value) const {
  std::string wanted = to_lower(value);
  return std::ranges::any_of(all(name), [&](const Clue* clue) { return to_lower(clue->value) == wanted; });
}

const Clue* Clues::first(std::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &clues_[found->second.front()];
}

const Clue* Clues::last(std::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &clues_[found->second.back()];
}

std::vector<const Clue*> Clues::all(std::string_view name) const {
  std::vector<const Clue*> values;
  if (auto found = by_name_.find(name); found != by_name_.end())
    for (std::size_t index : found->second) values.push_back(&clues_[index]);
  return values;
}

}  // namespace gpuwhy
