#include "facts/compatibility.h"

#include <gtest/gtest.h>

#include "base/version.h"

namespace gpuwhy::facts {
namespace {

TEST(Compatibility, a_range_holds_its_lower_end_and_not_its_upper_one) {
  EXPECT_TRUE(is_in_range("12.0.76", "12.0", "12.6.85"));
  EXPECT_TRUE(is_in_range("12.6.84", "12.0", "12.6.85"));
  EXPECT_FALSE(is_in_range("12.6.85", "12.0", "12.6.85"));
  EXPECT_FALSE(is_in_range("11.8.89", "12.0", "12.6.85"));
  EXPECT_TRUE(is_in_range("9.28.0.1", "9.11", ""));
  EXPECT_FALSE(is_in_range("", "", ""));
  EXPECT_FALSE(is_in_range("newest", "1", ""));
}

TEST(Compatibility, the_cuda_ending_of_a_wheel_is_no_part_of_its_name) {
  EXPECT_EQ(without_cuda_ending("nvidia-cudnn-cu12"), "nvidia-cudnn");
  EXPECT_EQ(without_cuda_ending("nvidia-cudnn"), "nvidia-cudnn");
  EXPECT_EQ(without_cuda_ending("nvidia-cublas-cu"), "nvidia-cublas-cu");
  EXPECT_EQ(without_cuda_ending("nvidia-cuda-nvcc-cu12"), "nvidia-cuda-nvcc");
  EXPECT_EQ(without_cuda_ending("my-custom"), "my-custom");
}

TEST(Compatibility, every_row_has_a_public_source_and_bounds_that_are_versions) {
  ASSERT_FALSE(known_bad().empty());
  for (const KnownBad& row : known_bad()) {
    EXPECT_NE(row.source.find('#'), std::string_view::npos) << row.id;
    for (std::string_view bound : {row.framework_from, row.framework_below, row.package_from, row.package_below, row.second_from,
                                   row.second_below, row.cc_from, row.cc_below})
      EXPECT_TRUE(bound.empty() || Version::parse(bound)) << row.id << " " << bound;
    EXPECT_FALSE(row.package_from.empty() && row.package_below.empty()) << row.id;
  }
}

}  // namespace
}  // namespace gpuwhy::facts
