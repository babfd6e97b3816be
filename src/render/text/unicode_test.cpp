#include "render/text/unicode.h"

#include <gtest/gtest.h>

namespace gpuwhy::render {
namespace {

TEST(Columns, counts_what_a_terminal_shows) {
  EXPECT_EQ(columns(""), 0U);
  EXPECT_EQ(columns("abc"), 3U);
  EXPECT_EQ(columns("✗ –"), 3U);
  EXPECT_EQ(columns("e\xcc\x81"), 1U);     // e and a combining acute
  EXPECT_EQ(columns("\xe6\xbc\xa2"), 2U);  // a CJK character
  EXPECT_EQ(columns("\xff\xff"), 2U);      // invalid bytes, one column each
}

TEST(FirstCodePoint, refuses_invalid_sequences) {
  for (std::string_view text :
       {"", "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x80", "\xe2x\x80"})
    EXPECT_EQ(first_code_point(text).length, 0U) << testing::PrintToString(text);
  EXPECT_EQ(first_code_point("\xf4\x8f\xbf\xbf").value, 0x10ffffU);
  EXPECT_EQ(first_code_point("\xc3\xbc").value, 0xfcU);
}

TEST(Shown, replaces_marks_that_turn_the_direction) {
  EXPECT_EQ(shown("a\xe2\x80\xae"
                  "b\xe2\x81\xa6\x1b"),
            "a?b??");
}

}  // namespace
}  // namespace gpuwhy::render
