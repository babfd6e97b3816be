#include "formats/driver_proc/driver_proc.h"

#include <gtest/gtest.h>

namespace gpuwhy::driver_proc {
namespace {

TEST(GpuInformation, reads_model_firmware_and_exclusion) {
  auto gpu = parse_information(
      "Model: \t\t NVIDIA GeForce RTX 4070\nIRQ:   \t\t 182\nGPU UUID: \t GPU-????????-????-????-????-????????????\n"
      "GPU Firmware: \t 570.124.06\nGPU Excluded:\t No\n");
  ASSERT_TRUE(gpu);
  EXPECT_EQ(*gpu, (GpuInformation{"NVIDIA GeForce RTX 4070", "570.124.06", "No"}));
}

TEST(GpuInformation, knows_the_older_word_for_an_excluded_card) {
  EXPECT_EQ(parse_information("Model: Tesla T4\nBlacklisted: Yes\n")->excluded, "Yes");
}

TEST(GpuInformation, is_none_without_a_model) {
  EXPECT_FALSE(parse_information(""));
  EXPECT_FALSE(parse_information("Model:\nIRQ: 1\n"));
  EXPECT_FALSE(parse_information("\xff\xfe\n:::\n"));
}

}  // namespace
}  // namespace gpuwhy::driver_proc
