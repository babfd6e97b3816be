#include "probes/cuda_libraries/processor.h"

#include <gtest/gtest.h>

namespace gpuwhy::probes {
namespace {

using List = std::vector<std::string>;

const char* const v2 = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3";
const char* const v3 = " avx avx2 bmi1 bmi2 f16c fma abm movbe xsave";
const char* const v4 = " avx512f avx512bw avx512cd avx512dq avx512vl";

Processor processor(const std::string& vendor, const std::string& flags) {
  return parse_cpuinfo("processor\t: 0\nvendor_id\t: " + vendor + "\nmodel name\t: x\nflags\t\t: fpu " + flags +
                       "\n\nprocessor\t: 1\nflags\t\t: other\n");
}
Fact<std::string> glibc(const std::string& version) { return Fact<std::string>::known(version); }

TEST(Processor, the_level_follows_from_the_flags) {
  EXPECT_EQ(x86_64_level(processor("GenuineIntel", "")), 1);
  EXPECT_EQ(x86_64_level(processor("GenuineIntel", v2)), 2);
  EXPECT_EQ(x86_64_level(processor("GenuineIntel", std::string(v2) + v3)), 3);
  EXPECT_EQ(x86_64_level(processor("GenuineIntel", std::string(v2) + v3 + v4)), 4);
  EXPECT_EQ(x86_64_level(processor("GenuineIntel", std::string(v3) + v4)), 1);  // a gap ends it
}

TEST(Processor, glibc_2_36_looks_into_levels_and_then_into_all_combinations) {
  auto folders = processor_folders(processor("GenuineIntel", std::string(v2) + v3), 62, glibc("2.36"));
  EXPECT_EQ(folders.platform, "haswell");
  EXPECT_EQ(folders.folders, (List{"glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v2", "tls/haswell/x86_64", "tls/haswell", "tls/x86_64",
                                   "tls", "haswell/x86_64", "haswell", "x86_64"}));
}

TEST(Processor, combinations_are_in_the_order_that_ld_so_prints) {
  auto folders = processor_folders(processor("GenuineIntel", std::string(v2) + v3 + v4), 62, glibc("2.31"));
  ASSERT_EQ(folders.folders.size(), 15u);
  EXPECT_EQ(folders.folders[0], "tls/haswell/avx512_1/x86_64");
  EXPECT_EQ(folders.folders[1], "tls/haswell/avx512_1");
  EXPECT_EQ(folders.folders[2], "tls/haswell/x86_64");
  EXPECT_EQ(folders.folders[14], "x86_64");
}

TEST(Processor, each_glibc_has_its_own_sub_folders) {
  Processor amd = processor("AuthenticAMD", v2);
  EXPECT_EQ(processor_folders(amd, 62, glibc("2.39")).folders, List{"glibc-hwcaps/x86-64-v2"});
  EXPECT_EQ(processor_folders(amd, 62, glibc("2.31")).folders, (List{"tls/x86_64/x86_64", "tls/x86_64", "tls", "x86_64/x86_64", "x86_64"}));
  EXPECT_EQ(processor_folders(amd, 62, glibc("2.31")).platform, "x86_64");
  EXPECT_EQ(processor_folders(amd, 183, glibc("2.39")).folders, List{});
}

TEST(Processor, another_machines_processor_is_not_guessed) {
  EXPECT_TRUE(processor_folders(Processor{}, 62, glibc("2.36")).folders.empty());
  EXPECT_TRUE(parse_cpuinfo("").flags.empty());
  EXPECT_TRUE(parse_cpuinfo("flags").flags.empty());
}

}  // namespace
}  // namespace gpuwhy::probes
