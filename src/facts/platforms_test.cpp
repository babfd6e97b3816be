#include "facts/platforms.h"

#include <gtest/gtest.h>

namespace gpuwhy::facts {
namespace {

TEST(Platforms, the_row_in_force_is_the_newest_one_up_to_the_date) {
  EXPECT_EQ(find_colab_image("2026-06-02", "gpu")->torch, "2.10.0+cu128");
  EXPECT_EQ(find_colab_image("2026-06-03", "gpu")->torch, "2.11.0+cu128");
  EXPECT_EQ(find_colab_image("2026-08-19", "cpu")->torch, "2.11.0+cpu");
}

TEST(Platforms, one_list_served_both_images_before_2026) {
  EXPECT_EQ(find_colab_image("2022-10-04", "gpu"), find_colab_image("2022-10-04", "cpu"));
  EXPECT_EQ(find_colab_image("2022-10-04", "gpu")->torch, "1.12.1+cu113");
}

TEST(Platforms, before_the_first_row_and_for_no_date_nothing_is_known) {
  EXPECT_EQ(find_colab_image("2022-09-12", "gpu"), nullptr);
  EXPECT_EQ(find_colab_image("soon", "gpu"), nullptr);
  EXPECT_EQ(find_colab_image("", "gpu"), nullptr);
}

TEST(Platforms, kaggles_image_is_found_by_the_colab_image_under_it) {
  ASSERT_NE(find_kaggle_image("2026-05-14", "gpu"), nullptr);
  EXPECT_EQ(find_kaggle_image("2026-05-14", "gpu")->release, "v170");
  EXPECT_EQ(find_kaggle_image("2026-01-26", "gpu")->date, "2026-02-02");
  EXPECT_EQ(find_kaggle_image("2026-05-15", "gpu"), nullptr);
  EXPECT_EQ(find_kaggle_image("", "gpu"), nullptr);
}

TEST(Platforms, a_release_tag_holds_its_date) {
  EXPECT_EQ(date_of_colab_release("release-colab-external-images_20260917-060051_RC00"), "2026-09-17");
  EXPECT_EQ(date_of_colab_release("release-colab_20250404-060113_RC00"), "2025-04-04");
  EXPECT_EQ(date_of_colab_release("20260917"), "2026-09-17");
  EXPECT_EQ(date_of_colab_release("release-colab_2026091-0"), "");
  EXPECT_EQ(date_of_colab_release(""), "");
}

}  // namespace
}  // namespace gpuwhy::facts
