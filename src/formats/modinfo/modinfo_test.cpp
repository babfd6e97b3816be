#include "formats/modinfo/modinfo.h"

#include <gtest/gtest.h>

#include "probes/module_file.h"

namespace gpuwhy::modinfo {
namespace {

using testing::make_module_file;

std::optional<std::map<std::string, std::string>> read(const std::string& bytes) {
  elf::BytesReader reader(bytes);
  return read_modinfo(reader);
}

const std::string section("license=NVIDIA\0version=570.124.06\0alias=a\0alias=b\0", 49);

TEST(Modinfo, the_section_is_found_by_its_name) {
  auto values = read(make_module_file(section));
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at("version"), "570.124.06");
  EXPECT_EQ(values->at("license"), "NVIDIA");
  EXPECT_EQ(values->at("alias"), "a");
}

TEST(Modinfo, values_without_their_zero_were_cut) {
  EXPECT_EQ(parse_modinfo(std::string_view("a=1\0version=57", 14)), (std::map<std::string, std::string>{{"a", "1"}}));
}

TEST(Modinfo, every_cut_of_the_file_is_refused) {
  const std::string whole = make_module_file(section);
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(read(whole.substr(0, size))) << size;
}

TEST(Modinfo, a_file_of_another_kind_is_refused) {
  std::string bytes = make_module_file(section);
  std::string elf32 = bytes, big_endian = bytes;
  elf32[4] = 1;
  big_endian[5] = 2;
  EXPECT_FALSE(read(elf32));
  EXPECT_FALSE(read(big_endian));
  EXPECT_FALSE(read(std::string("\xfd"
                                "7zXZ\0",
                                6) +
                    std::string(200, 'x')));
}

TEST(Modinfo, huge_counts_and_offsets_are_refused) {
  for (std::size_t at : {40, 44, 58, 60, 62}) {
    std::string bytes = make_module_file(section);
    bytes[at] = bytes[at + 1] = '\xff';
    EXPECT_FALSE(read(bytes)) << at;
  }
}

}  // namespace
}  // namespace gpuwhy::modinfo
