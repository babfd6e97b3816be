#include "frameworks/torch/visible_devices.h"

#include <gtest/gtest.h>

namespace gpuwhy::frameworks::torch {
namespace {

const std::vector<std::string> three_cards = {"GPU-aa10", "GPU-aa20", "GPU-bb30"};

std::optional<std::int64_t> count(std::optional<std::string_view> value) {
  return count_by_nvml(parse_visible_devices(value), 3, three_cards);
}

TEST(VisibleDevices, unset_shows_every_card) { EXPECT_EQ(count(std::nullopt), 3); }
TEST(VisibleDevices, an_empty_value_hides_all) { EXPECT_EQ(count(""), 0); }
TEST(VisibleDevices, minus_one_hides_all) { EXPECT_EQ(count("-1"), 0); }
TEST(VisibleDevices, a_word_hides_all) { EXPECT_EQ(count("gpu0"), 0); }
TEST(VisibleDevices, the_first_invalid_entry_ends_the_list) { EXPECT_EQ(count("0,-1,1"), 1); }
TEST(VisibleDevices, an_index_past_the_last_card_ends_the_list) { EXPECT_EQ(count("0,7,1"), 1); }
TEST(VisibleDevices, a_repeated_index_hides_all) { EXPECT_EQ(count("0,0"), 0); }
TEST(VisibleDevices, blanks_around_an_index_do_not_matter) { EXPECT_EQ(count(" 1 ,0"), 2); }
TEST(VisibleDevices, what_follows_the_digits_does_not_matter) { EXPECT_EQ(count("1gpu2,2ampere"), 2); }
TEST(VisibleDevices, digits_of_another_script_are_digits_for_python) { EXPECT_EQ(count("\uff11,\u0662"), 2); }
TEST(VisibleDevices, a_prefix_that_fits_one_card_selects_it) { EXPECT_EQ(count("GPU-bb"), 1); }
TEST(VisibleDevices, a_prefix_that_fits_two_cards_ends_the_list) { EXPECT_EQ(count("GPU-aa"), 0); }
TEST(VisibleDevices, an_index_after_a_uuid_ends_the_list) { EXPECT_EQ(count("GPU-bb,0"), 1); }
TEST(VisibleDevices, one_card_named_twice_by_different_prefixes_hides_all) { EXPECT_EQ(count("GPU-b,GPU-bb"), 0); }
TEST(VisibleDevices, a_mig_name_leaves_the_count_to_the_runtime) { EXPECT_EQ(count("MIG-aa10"), std::nullopt); }

}  // namespace
}  // namespace gpuwhy::frameworks::torch
