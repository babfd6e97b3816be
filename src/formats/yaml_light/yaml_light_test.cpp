#include "formats/yaml_light/yaml_light.h"

#include <gtest/gtest.h>

#include "base/check.h"

namespace gpuwhy::yaml_light {
namespace {

using json_light::Member;
using json_light::Value;

// A tree in one line, as JSON without quotation marks would have it.
std::string shown(const Value& value) {
  if (value.kind == Value::Kind::null) return "~";
  if (value.kind != Value::Kind::array && value.kind != Value::Kind::object)
    return value.kind == Value::Kind::boolean ? (value.truth ? "true" : "false") : value.text;
  std::string text;
  for (const Member& member : value.members)
    text += (text.empty() ? "" : ",") + (member.name.empty() ? "" : member.name + ":") + shown(member.value);
  return value.kind == Value::Kind::array ? "[" + text + "]" : "{" + text + "}";
}

std::string read(std::string_view text) {
  auto value = parse(text);
  return value ? shown(*value) : "error " + value.error();
}

TEST(YamlLight, mappings_sequences_and_scalars_make_a_tree) {
  EXPECT_EQ(read("---\na: 1\nb:\n  - x\n  - y: 2\n    z: 'it''s'\nc:\n- \"q\\tr\"\nd:\n"), "{a:1,b:[x,{y:2,z:it's}],c:[q\tr],d:~}");
  EXPECT_EQ(read("- - a\n  - b\n- c\n"), "[[a,b],c]");
  EXPECT_EQ(read("-\n  a: 1\n-\n- b\n"), "[{a:1},~,b]");
}

TEST(YamlLight, comments_and_blank_lines_say_nothing) { EXPECT_EQ(read("# x\n\na: b # c\n  # d\nurl: x#y\n"), "{a:b,url:x#y}"); }

TEST(YamlLight, flow_values_on_one_line_are_read) {
  EXPECT_EQ(read("a: []\nb: {}\nc: [x, y z]\nd: [\"p\", 1]\n"), "{a:[],b:{},c:[x,y z],d:[p,1]}");
}

TEST(YamlLight, a_colon_without_a_blank_belongs_to_the_text) { EXPECT_EQ(read("- /dev/dri:rw\n- a:b\n"), "[/dev/dri:rw,a:b]"); }

TEST(YamlLight, what_is_not_read_is_named_with_its_line) {
  EXPECT_EQ(read("a: &x 1\n"), "error line 1: anchors, aliases and tags are not read");
  EXPECT_EQ(read("a: 1\nb: |\n  text\n"), "error line 2: texts over several lines are not read");
  EXPECT_EQ(read("a:\n\tb: 1\n"), "error line 2: a tab is no indentation");
  EXPECT_EQ(read("a: 1\n---\nb: 2\n"), "error line 2: only one document is read");
  EXPECT_EQ(read("a: \"open\nb: 1\n"), "error line 1: a quotation mark stays open");
  EXPECT_EQ(read("a: {b: [c}\n"), "error line 1: a value in brackets is not read");
  EXPECT_EQ(read("a: 1\n   b: 2\n"), "error line 2: its indentation fits nothing above it");
  EXPECT_EQ(read("  a: 1\nb: 2\n"), "error line 2: its indentation fits nothing above it");
  EXPECT_EQ(read("just words\n"), "error line 1: neither an entry nor an item");
  EXPECT_EQ(read(""), "error it is empty");
}

TEST(YamlLight, depth_is_bounded) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "- ";
  EXPECT_EQ(read(text + "a"), "error line 1: nested too deeply");
}

}  // namespace
}  // namespace gpuwhy::yaml_light
