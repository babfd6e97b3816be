#include "causes/support/place_faults.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

using Uuids = std::optional<std::vector<std::string>>;

struct ListCase {
  std::string_view name, value;
  std::optional<std::int64_t> count;
  VisibleFault fault;
  std::vector<std::string> usable;
};

class VisibleCardsTest : public ::testing::TestWithParam<ListCase> {};

TEST_P(VisibleCardsTest, is_read_as_the_driver_reads_it) {
  const ListCase& test = GetParam();
  VisibleCards cards = read_visible_cards(test.value, test.count, Uuids({"GPU-aa11", "GPU-aa22", "GPU-bb33"}));
  EXPECT_EQ(static_cast<int>(cards.fault), static_cast<int>(test.fault));
  EXPECT_EQ(cards.usable, test.usable);
}

INSTANTIATE_TEST_SUITE_P(
    Lists, VisibleCardsTest,
    ::testing::Values(ListCase{"empty_hides_all", "", 3, VisibleFault::hides_all, {}},
                      ListCase{"blank_hides_all", " ", 3, VisibleFault::hides_all, {}},
                      ListCase{"minus_one_hides_all", "-1", 3, VisibleFault::hides_all, {}},
                      ListCase{"minus_one_first_hides_all", "-1,0", 3, VisibleFault::hides_all, {}},
                      ListCase{"nodevfiles_hides_all", "NoDevFiles", 3, VisibleFault::hides_all, {}},
                      ListCase{"a_list_of_existing_ones_is_right", "2, 0", 3, VisibleFault::none, {"2", "0"}},
                      ListCase{"a_list_may_end_on_purpose", "0,1,-1,2", 3, VisibleFault::none, {"0", "1"}},
                      ListCase{"an_index_beyond_the_last_ends_the_list", "0,3,1", 3, VisibleFault::no_such_index, {"0"}},
                      ListCase{"a_huge_index_does_not_exist", "99999999999999999999", 3, VisibleFault::no_device, {}},
                      ListCase{"a_repeated_index_hides_all", "0,1,0", 3, VisibleFault::repeated, {}},
                      ListCase{"digits_before_letters_count", "1gpu", 3, VisibleFault::none, {"1gpu"}},
                      ListCase{"a_word_is_no_device", "gpu0", 3, VisibleFault::no_device, {}},
                      ListCase{"a_unique_prefix_names_a_card", "GPU-b", 3, VisibleFault::none, {"GPU-b"}},
                      ListCase{"an_ambiguous_prefix_names_none", "GPU-aa", 3, VisibleFault::ambiguous_uuid, {}},
                      ListCase{"an_unknown_uuid_names_none", "GPU-bb33,GPU-cc", 3, VisibleFault::no_such_uuid, {"GPU-bb33"}},
                      ListCase{"an_index_after_a_uuid_ends_the_list", "GPU-bb33,0", 3, VisibleFault::no_device, {"GPU-bb33"}},
                      ListCase{"mig_instances_are_not_judged", "MIG-1234", 3, VisibleFault::mig, {}},
                      ListCase{"without_a_count_an_index_is_not_judged", "0", std::nullopt, VisibleFault::unknown_cards, {}}),
    [](const ::testing::TestParamInfo<ListCase>& tested) { return std::string(tested.param.name); });

TEST(Paths, a_folder_called_compat_holds_compatibility_copies) {
  EXPECT_TRUE(is_compat_path("/usr/local/cuda-12.8/compat/libcuda.so.1"));
  EXPECT_TRUE(is_compat_path("/home/ana/conda/cuda-compat/libcuda.so.570.86.10"));
  EXPECT_FALSE(is_compat_path("/usr/lib/x86_64-linux-gnu/libcuda.so.1"));
  EXPECT_FALSE(is_compat_path("/opt/incompatible/libcuda.so.1"));
}

TEST(Paths, the_folder_of_wsl_is_no_prefix_of_others) {
  EXPECT_TRUE(is_wsl_path("/usr/lib/wsl/drivers/nv_dispi.inf/libcuda.so.1.1"));
  EXPECT_FALSE(is_wsl_path("/usr/lib/wsl2/libcuda.so.1"));
}

}  // namespace
}  // namespace gpuwhy
