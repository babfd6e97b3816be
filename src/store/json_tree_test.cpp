#include "store/json_tree.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

std::string problem_of(std::string_view text, JsonLimits limits = {}) {
  auto tree = parse_json(text, limits);
  return tree ? "" : tree.error().message;
}

TEST(JsonTree, lays_out_short_parts_in_one_line_and_long_ones_in_many) {
  nlohmann::ordered_json tree = {{"b", {1, 2}}, {"a", {{"x", "0123456789"}, {"y", nlohmann::ordered_json::array()}}}};
  EXPECT_EQ(lay_out_json(tree, 200), "{\"b\": [1, 2], \"a\": {\"x\": \"0123456789\", \"y\": []}}\n");
  EXPECT_EQ(lay_out_json(tree, 20), "{\n \"b\": [1, 2],\n \"a\": {\n  \"x\": \"0123456789\",\n  \"y\": []\n }\n}\n");
}

TEST(JsonTree, reads_back_what_it_lays_out) {
  std::string text = R"({"a":[1,-2,3.5,true,null,"é\"\\\n\u0000"],"b":{"c":{}}})";
  auto tree = parse_json(text, {});
  ASSERT_TRUE(tree) << tree.error().message;
  for (std::size_t width : {1, 10, 1000}) EXPECT_EQ(*parse_json(lay_out_json(nlohmann::ordered_json(*tree), width), {}), *tree);
}

TEST(JsonTree, counts_depth_exactly) {
  EXPECT_EQ(problem_of("[[1]]", {.depth = 2}), "");
  EXPECT_EQ(problem_of("[[[1]]]", {.depth = 2}), "nested more than 2 deep");
  EXPECT_EQ(problem_of("[[],[],[[]]]", {.depth = 3}), "");
}

TEST(JsonTree, names_a_repeated_key) {
  EXPECT_EQ(problem_of(R"({"a": 1, "b": {"a": 1}})"), "");
  EXPECT_EQ(problem_of(R"({"a": 1, "b": 2, "a": 3})"), "the key \"a\" is given twice");
}

TEST(JsonTree, names_the_place_of_a_mistake) {
  EXPECT_EQ(problem_of("{\n  \"a\": tru\n}"), "line 2, column 11: invalid literal");
  EXPECT_EQ(problem_of("[1,]"), "line 1, column 4: unexpected ']'; expected '[', '{', or a literal");
  EXPECT_EQ(problem_of("[1] 2"), "line 1, column 5: unexpected number literal; expected end of input");
  EXPECT_EQ(problem_of("[1e999]"), "line 1, column 6: number overflow parsing '1e999'");
}

TEST(JsonTree, knows_utf8) {
  for (std::string_view good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) EXPECT_TRUE(is_utf8(good));
  for (std::string_view bad :
       {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xe2\x82"})
    EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace gpuwhy
