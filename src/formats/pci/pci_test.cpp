#include "formats/pci/pci.h"

#include <gtest/gtest.h>

namespace gpuwhy::pci {
namespace {

const std::string zero = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";

TEST(PciId, whole_numbers_only) {
  EXPECT_EQ(parse_hex_id("0x10de\n"), 0x10deu);
  EXPECT_EQ(parse_hex_id("0x030000"), 0x030000u);
  for (const char* text : {"", "0x", "10de", "0x10dg", "0x1ffffffff", "0x10de 0", "-0x1"}) EXPECT_FALSE(parse_hex_id(text)) << text;
}

TEST(PciResource, a_geforce_uses_0_1_3_and_5) {
  auto resources = parse_resources(
      "0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n"
      "0x00000000e0000000 0x00000000efffffff 0x000000000014220c\n" +
      zero + "0x00000000f0000000 0x00000000f1ffffff 0x000000000014220c\n" + zero +
      "0x000000000000e000 0x000000000000e07f 0x0000000000040101\n" + zero);
  ASSERT_TRUE(resources);
  EXPECT_EQ(used_bars(*resources, true), (std::vector<Bar>{{0, 16 << 20}, {1, 256 << 20}, {3, 32 << 20}, {5, 128}}));
}

TEST(PciResource, a_hopper_uses_0_2_and_4) {
  auto resources = parse_resources("0x0000032042000000 0x0000032042ffffff 0x000000000014220c\n" + zero +
                                   "0x0000030000000000 0x0000031fffffffff 0x000000000014220c\n" + zero +
                                   "0x0000032040000000 0x0000032041ffffff 0x000000000014220c\n" + zero);
  ASSERT_TRUE(resources);
  EXPECT_EQ(used_bars(*resources, true), (std::vector<Bar>{{0, 16 << 20}, {2, 128ull << 30}, {4, 32 << 20}}));
}

TEST(PciResource, registers_without_an_address_have_size_0) {
  // The kernel blanked the window; the third register is kept with the mark "unset".
  auto resources = parse_resources("0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n" + zero + zero +
                                   "0x0000000000000000 0x0000000001ffffff 0x000000002014220c\n" + zero + zero);
  ASSERT_TRUE(resources);
  EXPECT_EQ(used_bars(*resources, true), (std::vector<Bar>{{0, 16 << 20}, {1, 0}, {3, 0}}));
  EXPECT_EQ(used_bars(*resources, false), (std::vector<Bar>{{0, 16 << 20}, {3, 0}})) << "nothing is known of other cards";
}

TEST(PciResource, a_file_written_by_half_is_refused) {
  EXPECT_FALSE(parse_resources(""));
  EXPECT_FALSE(parse_resources(zero + zero));
  EXPECT_FALSE(parse_resources(zero + zero + zero + zero + zero + "0x00 0x0"));
}

TEST(PciResource, an_end_before_the_start_is_no_size) {
  EXPECT_EQ((Resource{16, 3, 0x200}).size(), 0u);
  EXPECT_EQ((Resource{0, ~0ull, 0x200}).size(), 0u);
}

TEST(PciAddress, form) {
  for (const char* name : {"0000:01:00.0", "10000:e1:1f.7"}) EXPECT_TRUE(is_address(name)) << name;
  for (const char* name : {"", "01:00.0", "0000:01:00", "0000:01:00.8", "0000:01:0g.0", "..", "0000:01:00.0x"})
    EXPECT_FALSE(is_address(name)) << name;
}

}  // namespace
}  // namespace gpuwhy::pci
