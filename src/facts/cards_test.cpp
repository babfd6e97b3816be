#include "facts/cards.h"

#include <gtest/gtest.h>

namespace gpuwhy::facts {
namespace {

TEST(CapabilityOfCard, knows_whole_names) {
  EXPECT_EQ(capability_of_card("NVIDIA GeForce RTX 3090"), "8.6");
  EXPECT_EQ(capability_of_card("GeForce GTX 1080 Ti"), "6.1");
  EXPECT_EQ(capability_of_card("NVIDIA GeForce RTX 5090"), "12.0");
  EXPECT_EQ(capability_of_card("Tesla K80"), "3.7");
}

TEST(CapabilityOfCard, knows_boards_by_the_name_of_their_family) {
  EXPECT_EQ(capability_of_card("Tesla V100-SXM2-16GB"), "7.0");
  EXPECT_EQ(capability_of_card("NVIDIA A100-SXM4-80GB"), "8.0");
  EXPECT_EQ(capability_of_card("NVIDIA H100 80GB HBM3"), "9.0");
  EXPECT_EQ(capability_of_card("Tesla P100-PCIE-16GB"), "6.0");
  EXPECT_EQ(capability_of_card("Tesla K10.G2.8GB"), "3.0");
}

TEST(CapabilityOfCard, reads_names_that_nvidia_smi_cut) {
  EXPECT_EQ(capability_of_card("Tesla V100-PCIE..."), "7.0");
  EXPECT_EQ(capability_of_card("GeForce RTX 208..."), "7.5");
}

TEST(CapabilityOfCard, reads_names_with_a_vgpu_profile) { EXPECT_EQ(capability_of_card("GRID T4-8Q"), "7.5"); }

TEST(CapabilityOfCard, does_not_guess) {
  EXPECT_EQ(capability_of_card("GeForce GTX ..."), "");
  EXPECT_EQ(capability_of_card("NVIDIA"), "");
  EXPECT_EQ(capability_of_card("GeForce"), "");
  EXPECT_EQ(capability_of_card(""), "");
  EXPECT_EQ(capability_of_card("Radeon RX 7900 XTX"), "");
}

}  // namespace
}  // namespace gpuwhy::facts
