#include "evidence/pattern.h"

#include <gtest/gtest.h>

#include "evidence/phrases.h"

namespace gpuwhy {
namespace {

// The captures of a match as "name=value;...", "no" where there is none.
std::string matched(std::string_view pattern, std::string_view text) {
  auto parsed = Pattern::parse(pattern);
  if (!parsed) return "refused: " + parsed.error().message;
  Folded folded = fold(text);
  Pattern::Match match;
  if (!parsed->find(folded, folded.lower.size(), match)) return "no";
  std::string captures;
  for (const auto& [name, value] : match.captures) captures += name + "=" + value + ";";
  return captures;
}

TEST(Pattern, finds_a_literal_in_either_case_and_across_runs_of_blanks) {
  EXPECT_EQ(matched("failed call to cuInit", "E: Failed  call\tto CUINIT: x"), "");
  EXPECT_EQ(matched("failed call to cuInit", "failed to call cuInit"), "no");
}

TEST(Pattern, keeps_what_stood_in_its_holes) {
  EXPECT_EQ(matched("driver version: {driver:version}", "Driver Version: 535.183.01   CUDA"), "driver=535.183.01;");
  EXPECT_EQ(matched("Xid \\({card:file}{*}): {xid:number},", "NVRM: Xid (PCI:0000:01:00): 79, pid=1"), "card=PCI;xid=79;");
  EXPECT_EQ(matched("dynamic library '{soname:file}'", "Could not load dynamic library 'libcudnn.so.8'; dlerror"), "soname=libcudnn.so.8;");
  EXPECT_EQ(matched("loaded {a} but {b:rest}", "loaded one but two three"), "a=one;b=two three;");
}

TEST(Pattern, takes_one_of_several_literals) {
  EXPECT_EQ(matched("version {how=newer|older} than", "a version OLDER than"), "how=OLDER;");
  EXPECT_EQ(matched("(not found|missing) here", "it is missing here"), "");
  EXPECT_EQ(matched("library(s|) cannot", "the library cannot"), "");
}

TEST(Pattern, reads_escaped_braces_as_themselves) {
  EXPECT_EQ(matched("failed! \\(0x{a}", "RmInitAdapter failed! (0x24:0x72"), "a=24:0x72;");
}

TEST(Pattern, does_not_keep_the_full_stop_of_a_sentence) {
  EXPECT_EQ(matched("found version {v:version}", "but found version 12.4."), "v=12.4;");
}

TEST(Pattern, refuses_what_could_match_anything) {
  EXPECT_TRUE(matched("{a} {b}", "x y").starts_with("refused"));
  EXPECT_TRUE(matched("open {brace", "x").starts_with("refused"));
  EXPECT_TRUE(matched("some {a:colour}", "x").starts_with("refused"));
}

TEST(Pattern, ends_on_a_hostile_line) {
  std::string line(200000, 'a');
  EXPECT_EQ(matched("{a:rest}aaaa{b:rest}aaaa{c:rest}aaaa{d:rest}zzzz", line), "no");
}

TEST(Pattern, parses_every_phrase_of_the_catalogue) {
  for (const Phrase& phrase : all_phrases()) {
    if (phrase.pattern == "-") continue;
    auto parsed = Pattern::parse(phrase.pattern);
    EXPECT_TRUE(parsed) << phrase.cause << ": " << phrase.pattern << ": " << (parsed ? "" : parsed.error().message);
  }
}

}  // namespace
}  // namespace gpuwhy
