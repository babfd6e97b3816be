#include "engine/compare_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace gpuwhy {

namespace {

constexpr std::size_t most_differences = 12;

// Clues that describe a machine, in the order in which they are told; a name that ends with a point stands for all that begin with it.
constexpr std::string_view compared[] = {"place",          "gpu",         "gpu.cc",     "gpu.count",    "driver", "driver.module",
                                         "driver.library", "cuda.driver", "cuda.build", "cuda.toolkit", "kernel", "python",
                                         "env.",           "package."};

bool is_compared(std::string_view name, std::string_view pattern) {
  return pattern.ends_with('.') ? name.starts_with(pattern) : name == pattern;
}

std::string values_of(const Clues& clues, std::string_view name) {
  std::vector<std::string> values;
  for (const Clue* clue : clues.all(name)) values.push_back(clue->value);
  std::ranges::sort(values);
  std::string joined;
  for (const std::string& value : values) joined += (joined.empty() ? "" : ", ") + value;
  return joined;
}

}  // namespace

std::vector<std::string> differences(const Reading& works, const Reading& fails) {
  std::vector<std::string> told;
  for (std::string_view pattern : compared) {
    std::set<std::string> names;
    for (const Reading* reading : {&works, &fails})
      for (const Clue& clue : reading->clues.everything())
        if (is_compared(clue.name, pattern)) names.insert(clue.name);
    for (const std::string& name : names) {
      std::string there = values_of(works.clues, name), here = values_of(fails.clues, name);
      bool one_sided = there.empty() || here.empty();
      // What one text does not mention says nothing, unless it is a variable or a package of a list that both give.
      if (there == here || (one_sided && !name.starts_with("env.")) || told.size() >= most_differences) continue;
      told.push_back(
          fmt::format("{}: {} where it works, {} here", name, there.empty() ? "not set" : there, here.empty() ? "not set" : here));
    }
  }
  return told;
}

}  // namespace gpuwhy
