#include "formats/passwd/passwd.h"

#include <gtest/gtest.h>

namespace gpuwhy::passwd {
namespace {

constexpr std::string_view text =
    "root:x:0:0:root:/root:/bin/bash\n"
    "broken:x:1000\n"
    "huge:x:4294967296:0::/h:/bin/sh\n"
    "ana:x:1000:1000:Ana,,,:/home/ana:/bin/zsh\n"
    "+::::::\n";

TEST(Passwd, accounts_are_found_by_uid_and_by_name) {
  EXPECT_EQ(find_account(text, 1000u), (Account{"ana", 1000, "/home/ana"}));
  EXPECT_EQ(find_account(text, "root"), (Account{"root", 0, "/root"}));
}

TEST(Passwd, damaged_lines_are_skipped) {
  EXPECT_FALSE(find_account(text, "broken"));
  EXPECT_FALSE(find_account(text, "huge"));
  EXPECT_FALSE(find_account(text, "+"));
  EXPECT_FALSE(find_account("ana:x:1000:1000:Ana,,,:/home/a", 1000u));
}

}  // namespace
}  // namespace gpuwhy::passwd
