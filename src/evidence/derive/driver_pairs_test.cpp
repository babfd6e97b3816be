#include <gtest/gtest.h>

#include "evidence/derive/derive.h"

namespace gpuwhy {
namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

Clues derived(const Pairs& given) {
  Clues clues;
  std::size_t line = 0;
  for (const auto& [name, value] : given) clues.add(name, value, line++);
  derive_driver_pairs(clues);
  return clues;
}

TEST(DriverPairs, driver_of_an_older_family_is_too_old) {
  Clues clues = derived({{"driver", "470.57.02"}, {"cuda.build", "12.1"}});
  ASSERT_TRUE(clues.has("pair.driver-older-than-cuda"));
  EXPECT_EQ(clues.first("pair.driver-older-than-cuda")->value, "470.57.02 < 525.60.13");
  EXPECT_EQ(clues.first("driver.wanted")->value, "525.60.13");
}

TEST(DriverPairs, driver_of_the_family_is_new_enough_for_a_newer_minor_release) {
  Clues clues = derived({{"driver", "535.54.03"}, {"cuda.driver", "12.2"}, {"cuda.build", "12.8"}});
  EXPECT_FALSE(clues.has("pair.driver-older-than-cuda"));
  EXPECT_TRUE(clues.has("pair.driver-new-enough"));
}

TEST(DriverPairs, cuda_10_knows_no_family) {
  EXPECT_TRUE(derived({{"driver", "390.116"}, {"cuda.build", "10.1"}}).has("pair.driver-older-than-cuda"));
}

TEST(DriverPairs, numbers_that_pytorch_prints_are_versions) {
  Clues clues = derived({{"cuda.driver.number", "10010"}, {"cuda.build", "11.7"}});
  EXPECT_EQ(clues.first("cuda.driver")->value, "10.1");
  EXPECT_TRUE(clues.has("pair.driver-older-than-cuda"));
}

TEST(DriverPairs, windows_drivers_are_not_compared_with_numbers_of_linux) {
  Clues clues = derived({{"place", "windows"}, {"driver", "527.41"}, {"cuda.build", "12.1"}});
  EXPECT_FALSE(clues.has("pair.driver-older-than-cuda"));
  Clues by_cuda = derived({{"place", "wsl"}, {"driver", "472.50"}, {"cuda.driver", "11.4"}, {"cuda.build", "12.1"}});
  EXPECT_TRUE(by_cuda.has("pair.driver-older-than-cuda"));
}

TEST(DriverPairs, module_and_libraries_differ) {
  Clues clues = derived({{"driver.module", "570.124.06"}, {"driver.library", "570.133.07"}});
  EXPECT_EQ(clues.first("pair.module-library-differ")->value, "570.124.06 != 570.133.07");
  EXPECT_TRUE(clues.has("pair.libcuda-newer"));
  EXPECT_FALSE(derived({{"driver.module", "352.63.0"}, {"driver.library", "352.63"}}).has("pair.module-library-differ"));
  EXPECT_FALSE(derived({{"driver.module", "570.124.06"}, {"driver.library", "570.124"}}).has("pair.module-library-differ"));
}

TEST(DriverPairs, versions_of_several_days_are_no_pair) {
  Clues clues = derived({{"driver.module", "535.54.03"}, {"driver.module", "535.86.05"}, {"driver.library", "535.86.05"}});
  EXPECT_FALSE(clues.has("pair.module-library-differ"));
}

TEST(DriverPairs, capability_follows_from_the_name) {
  EXPECT_EQ(derived({{"gpu", "NVIDIA GeForce RTX 5090"}}).first("gpu.cc")->value, "12.0");
  EXPECT_FALSE(derived({{"gpu", "NVIDIA GeForce ..."}}).has("gpu.cc"));
}

}  // namespace
}  // namespace gpuwhy
