#include "frameworks/common/processor_features.h"

#include <gtest/gtest.h>

namespace gpuwhy::frameworks {
namespace {

Snapshot machine(const std::string& libc, std::vector<std::string> folders) {
  Snapshot snapshot;
  snapshot.meta.basis = "live";
  snapshot.host.architecture = Fact<std::string>::known("x86_64");
  snapshot.host.libc = Fact<std::string>::known(libc);
  snapshot.loader.hwcap_folders = std::move(folders);
  return snapshot;
}

TEST(ProcessorFeatures, level_3_has_avx_under_any_c_library) {
  EXPECT_EQ(has_avx(machine("glibc 2.39", {"glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v2"})), std::optional(true));
}

TEST(ProcessorFeatures, below_level_2_there_is_no_avx) {
  EXPECT_EQ(has_avx(machine("glibc 2.36", {"tls/x86_64", "tls", "x86_64"})), std::optional(false));
}

TEST(ProcessorFeatures, level_2_may_or_may_not_have_it) {
  EXPECT_EQ(has_avx(machine("glibc 2.36", {"glibc-hwcaps/x86-64-v2", "tls"})), std::nullopt);
}

TEST(ProcessorFeatures, an_empty_list_says_nothing) {
  for (const char* libc : {"glibc 2.31", "glibc 2.36", "glibc 2.39", "musl"}) EXPECT_EQ(has_avx(machine(libc, {})), std::nullopt) << libc;
  EXPECT_TRUE(is_processor_unread(machine("glibc 2.36", {})));
  EXPECT_FALSE(is_processor_unread(machine("glibc 2.39", {})));
}

TEST(ProcessorFeatures, an_old_c_library_has_no_folders_for_levels) {
  EXPECT_EQ(has_avx(machine("glibc 2.31", {"tls/haswell", "tls"})), std::nullopt);
}

}  // namespace
}  // namespace gpuwhy::frameworks
