#include "evidence/literals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace gpuwhy {
namespace {

using Places = std::set<std::pair<std::uint32_t, std::size_t>>;

Places scanned(const std::vector<std::string>& literals, std::string_view text) {
  std::vector<LiteralSet::Entry> entries;
  for (std::size_t i = 0; i < literals.size(); ++i) entries.push_back({literals[i], static_cast<std::uint32_t>(i)});
  Places places;
  LiteralSet(std::move(entries)).scan(text, [&](std::uint32_t id, std::size_t at) { places.insert({id, at}); });
  return places;
}

Places searched_one_by_one(const std::vector<std::string>& literals, std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  Places places;
  for (std::size_t i = 0; i < literals.size(); ++i)
    for (std::size_t at = text.find(literals[i]); at != std::string::npos; at = text.find(literals[i], at + 1))
      places.insert({static_cast<std::uint32_t>(i), at});
  return places;
}

TEST(LiteralSet, finds_what_a_plain_search_finds) {
  std::mt19937 random(7);
  const std::string letters = "abcAB _";
  for (int round = 0; round < 200; ++round) {
    auto word = [&](std::size_t size) {
      std::string made;
      for (std::size_t i = 0; i < size; ++i) made += letters[random() % letters.size()];
      return made;
    };
    std::vector<std::string> literals;
    for (int i = 0; i < 12; ++i) {
      std::string literal = word(4 + random() % 6);
      std::ranges::transform(literal, literal.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      literals.push_back(literal);
    }
    std::string text = word(400);
    EXPECT_EQ(scanned(literals, text), searched_one_by_one(literals, text));
  }
}

TEST(LiteralSet, finds_a_literal_at_both_ends) { EXPECT_EQ(scanned({"cuda", "error"}, "CUDA driver error"), (Places{{0, 0}, {1, 12}})); }

TEST(LiteralSet, finds_nothing_in_a_text_that_is_shorter_than_any_literal) { EXPECT_TRUE(scanned({"cudnn"}, "cud").empty()); }

TEST(LiteralSet, of_nothing_finds_nothing) { EXPECT_TRUE(scanned({}, "anything").empty()); }

}  // namespace
}  // namespace gpuwhy
