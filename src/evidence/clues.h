// What a text says, before anything is concluded from it: names with values, and the line that each stands in. Readers and phrases write
// clues; conditions of phrases, the pairs and the partial snapshot read them. The names are listed in clue_names.md beside this file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy {

struct Clue {
  std::string name, value;
  std::size_t line = 0;  // index into the lines of the reading
};

class Clues {
 public:
  // The same name and value is kept once, with its first line.
  void add(std::string_view name, std::string_view value, std::size_t line);

  bool has(std::string_view name) const { return first(name) != nullptr; }
  bool has(std::string_view name, std::string_view value) const;  // letters in either case
  const Clue* first(std::string_view name) const;
  const Clue* last(std::string_view name) const;
  std::vector<const Clue*> all(std::string_view name) const;
  const std::vector<Clue>& everything() const { return clues_; }

 private:
  std::vector<Clue> clues_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_name_;
};

}  // namespace gpuwhy
