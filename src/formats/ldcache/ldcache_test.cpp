#include "formats/ldcache/ldcache.h"

#include <gtest/gtest.h>

#include "formats/ldcache/ld_so_conf.h"
#include "support/ldcache_writer.h"

namespace gpuwhy::ldcache {
namespace {

using testing::CacheLayout;
using testing::make_ld_so_cache;

const std::vector<testing::CacheLine> lines = {
    {"libfoo.so.1", "/usr/lib/glibc-hwcaps/x86-64-v3/libfoo.so.1", 0x0303, "x86-64-v3"},
    {"libfoo.so.1", "/usr/lib/libfoo.so.1", 0x0303, ""},
    {"libcuda.so.1", "/usr/lib32/libcuda.so.1", 0x0003, ""},
};

void put32(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i, value >>= 8) bytes[at + i] = static_cast<char>(value & 0xff);
}

TEST(LdSoCache, the_new_layout_is_read_with_its_hwcap_names) {
  std::string bytes = make_ld_so_cache(lines, CacheLayout::modern);
  auto cache = parse_ld_so_cache(bytes);
  ASSERT_TRUE(cache);
  ASSERT_EQ(cache->entries.size(), 3u);
  EXPECT_EQ(cache->entries[0].name, "libfoo.so.1");
  EXPECT_EQ(cache->entries[0].path, "/usr/lib/glibc-hwcaps/x86-64-v3/libfoo.so.1");
  EXPECT_EQ(cache->entries[0].hwcap_name, "x86-64-v3");
  EXPECT_TRUE(cache->entries[0].names_hwcap);
  EXPECT_FALSE(cache->entries[1].names_hwcap);
  EXPECT_EQ(cache->entries[2].flags, 3);
  EXPECT_EQ(cache->damaged_entries, 0u);
}

TEST(LdSoCache, the_old_layout_is_read) {
  std::string bytes = make_ld_so_cache(lines, CacheLayout::old);
  auto cache = parse_ld_so_cache(bytes);
  ASSERT_TRUE(cache);
  ASSERT_EQ(cache->entries.size(), 3u);
  EXPECT_EQ(cache->entries[1].path, "/usr/lib/libfoo.so.1");
}

// ldconfig and ld.so disagree about the names in this layout (glibc 2.36).
TEST(LdSoCache, of_both_layouts_in_one_file_the_new_one_counts_and_its_hwcap_names_are_lost) {
  std::string bytes = make_ld_so_cache(lines, CacheLayout::both);
  auto cache = parse_ld_so_cache(bytes);
  ASSERT_TRUE(cache);
  ASSERT_EQ(cache->entries.size(), 3u);
  EXPECT_TRUE(cache->entries[0].names_hwcap);
  EXPECT_NE(cache->entries[0].hwcap_name, "x86-64-v3");
}

TEST(LdSoCache, what_is_no_cache_or_is_cut_fails) {
  std::string modern = make_ld_so_cache(lines, CacheLayout::modern), old = make_ld_so_cache(lines, CacheLayout::old);
  std::string huge = modern;
  put32(huge, 20, UINT32_MAX);
  std::string huge_old = old;
  put32(huge_old, 12, UINT32_MAX);
  for (const std::string& bytes : {std::string(), std::string("glibc"), std::string(200, 'x'), modern.substr(0, 30), modern.substr(0, 80),
                                   old.substr(0, 14), old.substr(0, 30), huge, huge_old})
    EXPECT_FALSE(parse_ld_so_cache(bytes)) << bytes.size();
}

TEST(LdSoCache, an_entry_whose_strings_lie_outside_is_left_out_and_counted) {
  std::string bytes = make_ld_so_cache(lines, CacheLayout::modern);
  put32(bytes, 48 + 4, UINT32_MAX);
  auto cache = parse_ld_so_cache(bytes);
  ASSERT_TRUE(cache);
  EXPECT_EQ(cache->entries.size(), 2u);
  EXPECT_EQ(cache->damaged_entries, 1u);
}

TEST(LdSoCache, an_index_without_a_name_leaves_the_name_empty) {
  std::string bytes = make_ld_so_cache(lines, CacheLayout::modern);
  put32(bytes, 48 + 16, 77);
  auto cache = parse_ld_so_cache(bytes);
  ASSERT_TRUE(cache);
  EXPECT_TRUE(cache->entries[0].names_hwcap);
  EXPECT_EQ(cache->entries[0].hwcap_name, "");
}

TEST(LdSoCache, every_cut_and_every_damaged_byte_is_survived) {
  for (CacheLayout layout : {CacheLayout::modern, CacheLayout::old, CacheLayout::both}) {
    const std::string whole = make_ld_so_cache(lines, layout);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      (void)parse_ld_so_cache(Bytes(whole).substr(0, i));
      std::string bytes = whole;
      bytes[i] = '\xff';
      (void)parse_ld_so_cache(bytes);
    }
  }
}

TEST(LdSoConf, folders_and_includes_are_told_apart) {
  auto parsed = parse_ld_so_conf(
      "# note\ninclude /etc/ld.so.conf.d/*.conf\n/opt/a/ # behind\n\n  /opt/b=libc6\nhwcap 1 x\n/c:/d,/e f\ninclude a b\n");
  std::vector<ConfLine> expected = {{true, "/etc/ld.so.conf.d/*.conf"},
                                    {false, "/opt/a"},
                                    {false, "/opt/b"},
                                    {false, "/c"},
                                    {false, "/d"},
                                    {false, "/e"},
                                    {false, "f"},
                                    {true, "a"},
                                    {true, "b"}};
  EXPECT_EQ(parsed, expected);
}

TEST(LdSoConf, patterns_match_as_in_a_shell) {
  EXPECT_TRUE(matches_pattern("cuda-12.conf", "*.conf"));
  EXPECT_TRUE(matches_pattern("a.conf", "?.conf"));
  EXPECT_TRUE(matches_pattern("aXbXc", "a*b*c"));
  EXPECT_FALSE(matches_pattern("a.conf~", "*.conf"));
  EXPECT_FALSE(matches_pattern(".hidden.conf", "*.conf"));
  EXPECT_TRUE(matches_pattern("", ""));
  EXPECT_FALSE(matches_pattern("a", ""));
}

}  // namespace
}  // namespace gpuwhy::ldcache
