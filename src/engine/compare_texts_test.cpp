#include "engine/compare_texts.h"

#include <gtest/gtest.h>

#include "engine/testing/made_reading.h"

namespace gpuwhy {
namespace {

using testing::MadeReading;
using Words = std::vector<std::string>;

TEST(CompareTexts, what_is_the_same_is_not_told) {
  MadeReading works, fails;
  works.clue("driver", "535.183.01").clue("gpu", "Tesla T4");
  fails.clue("driver", "535.183.01").clue("gpu", "Tesla T4");
  EXPECT_TRUE(differences(works.reading(), fails.reading()).empty());
}

TEST(CompareTexts, another_value_is_told_with_both_sides) {
  MadeReading works, fails;
  works.clue("driver", "535.183.01");
  fails.clue("driver", "470.82.01");
  EXPECT_EQ(differences(works.reading(), fails.reading()), Words{"driver: 535.183.01 where it works, 470.82.01 here"});
}

TEST(CompareTexts, what_only_one_text_mentions_says_nothing_unless_it_is_a_variable) {
  MadeReading works, fails;
  works.clue("driver", "535.183.01").clue("package.torch", "2.3.1").clue("env.LD_LIBRARY_PATH", "/opt/cuda/lib64");
  fails.clue("env.CUDA_VISIBLE_DEVICES", "-1");
  EXPECT_EQ(differences(works.reading(), fails.reading()), (Words{"env.CUDA_VISIBLE_DEVICES: not set where it works, -1 here",
                                                                  "env.LD_LIBRARY_PATH: /opt/cuda/lib64 where it works, not set here"}));
}

TEST(CompareTexts, the_order_of_values_does_not_matter) {
  MadeReading works, fails;
  works.clue("gpu", "Tesla T4").clue("gpu", "Tesla V100");
  fails.clue("gpu", "Tesla V100").clue("gpu", "Tesla T4");
  EXPECT_TRUE(differences(works.reading(), fails.reading()).empty());
}

TEST(CompareTexts, the_machine_comes_before_its_packages_and_what_is_no_fact_of_it_is_left_out) {
  MadeReading works, fails;
  works.clue("package.torch", "2.3.1+cu121").clue("kernel", "6.8.0-45-generic").clue("exception", "ValueError");
  fails.clue("package.torch", "2.3.1+cpu").clue("kernel", "6.8.0-40-generic").clue("exception", "RuntimeError");
  EXPECT_EQ(differences(works.reading(), fails.reading()), (Words{"kernel: 6.8.0-45-generic where it works, 6.8.0-40-generic here",
                                                                  "package.torch: 2.3.1+cu121 where it works, 2.3.1+cpu here"}));
}

TEST(CompareTexts, a_list_of_hundreds_is_cut) {
  MadeReading works, fails;
  for (int i = 0; i < 200; ++i) {
    works.clue("package.p" + std::to_string(i), "1");
    fails.clue("package.p" + std::to_string(i), "2");
  }
  EXPECT_EQ(differences(works.reading(), fails.reading()).size(), 12U);
}

}  // namespace
}  // namespace gpuwhy
