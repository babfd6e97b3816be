#include "store/uuid_alias.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

TEST(UuidAlias, renames_digits_in_the_order_in_which_they_differ) {
  UuidAlias alias;
  EXPECT_EQ(alias.rename("8932-f9"), "aaaa-aa");
  EXPECT_EQ(alias.rename("89aa-00"), "aaba-aa");
  EXPECT_EQ(alias.rename("8932-f9"), "aaaa-aa");
  EXPECT_EQ(alias.rename("f"), "b");
}

TEST(UuidAlias, keeps_prefixes_whatever_comes_first) {
  const std::string texts[] = {"8", "89", "8932f937", "893", "f", "8932F937", "0123456789abcdef"};
  for (bool reversed : {false, true}) {
    UuidAlias alias;
    std::string renamed[7];
    for (int i = 0; i < 7; ++i) {
      int at = reversed ? 6 - i : i;
      renamed[at] = alias.rename(texts[at]);
    }
    for (int a = 0; a < 7; ++a)
      for (int b = 0; b < 7; ++b)
        EXPECT_EQ(renamed[a].starts_with(renamed[b]), texts[a].starts_with(texts[b])) << texts[a] << " " << texts[b];
  }
}

TEST(UuidAlias, keeps_sixteen_different_digits_apart) {
  UuidAlias alias;
  std::string seen;
  for (char c : std::string("fedcba9876543210")) seen += alias.rename(std::string(1, c));
  EXPECT_EQ(seen, "abcdef0123456789");
}

TEST(UuidAlias, is_bounded_for_endless_text) { EXPECT_LE(UuidAlias().rename(std::string(5'000'000, 'f')).size(), 64u); }

}  // namespace
}  // namespace gpuwhy
