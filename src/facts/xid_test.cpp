#include "facts/xid.h"

#include <gtest/gtest.h>

namespace gpuwhy::facts {
namespace {

TEST(XidTable, knows_a_card_that_fell_off_the_bus) {
  const Xid* row = find_xid(79);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->suspect, "hardware");
  EXPECT_EQ(row->hides_gpu, "yes");
  EXPECT_EQ(row->action, "RESTART_BM");
}

TEST(XidTable, says_nothing_of_a_number_that_it_does_not_hold) {
  EXPECT_EQ(find_xid(1), nullptr);
  EXPECT_EQ(find_xid(-1), nullptr);
  EXPECT_EQ(find_xid(100000), nullptr);
}

TEST(XidTable, is_sorted_by_number) {
  for (std::size_t i = 1; i < xids().size(); ++i) EXPECT_LT(xids()[i - 1].number, xids()[i].number);
  EXPECT_GT(xids().size(), 100u);
}

TEST(XidLines, give_the_card_and_the_number) {
  auto line = read_xid_line("NVRM: Xid (PCI:0000:61:00): 119, pid=1346198, Timeout waiting for RPC from GSP!");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->address, "0000:61:00");
  EXPECT_EQ(line->number, 119);
  EXPECT_EQ(read_xid_line("NVRM: Xid (PCI:0000:0A:00.0): 79, GPU has fallen off the bus.")->address, "0000:0a:00.0");
}

TEST(XidLines, are_not_made_of_other_lines) {
  for (const char* text : {"", "NVRM: Xid (PCI:0000:61:00): x", "NVRM: Xid (PCI:0000:61:00)",
                           "NVRM: Xid (PCI:0000:61:00): 99999999999999999999", "NVRM: Xid (PCI:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa): 79,",
                           "NVRM: loading NVIDIA UNIX x86_64 Kernel Module", "NVRM: Xid (PCI:0000:61:00): -79,"})
    EXPECT_FALSE(read_xid_line(text)) << text;
}

}  // namespace
}  // namespace gpuwhy::facts
