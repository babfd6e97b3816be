#include "formats/os_release/os_release.h"

#include <gtest/gtest.h>

namespace gpuwhy::os_release {
namespace {

TEST(OsRelease, quotes_escapes_and_comments_as_in_a_shell) {
  auto all = parse_os_release(
      "# comment=1\nID=ubuntu\nPRETTY_NAME=\"Ubuntu 24.04.2 \\\"LTS\\\"\"\nVERSION_ID='24.04'\r\n  ID_LIKE=debian  "
      "\nEMPTY=\nID=kubuntu\nbad line\n=x\nA-B=1\n");
  EXPECT_EQ(
      all,
      (std::map<std::string, std::string>{
          {"ID", "kubuntu"}, {"PRETTY_NAME", "Ubuntu 24.04.2 \"LTS\""}, {"VERSION_ID", "24.04"}, {"ID_LIKE", "debian"}, {"EMPTY", ""}}));
}

TEST(OsRelease, an_open_quote_means_the_line_was_cut) {
  EXPECT_EQ(parse_os_release("ID=debian\nPRETTY_NAME=\"Debian GNU/Li"), (std::map<std::string, std::string>{{"ID", "debian"}}));
}

}  // namespace
}  // namespace gpuwhy::os_release
