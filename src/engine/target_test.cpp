#include "engine/target.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "facts/targets.h"
#include "frameworks/predict.h"

namespace gpuwhy {
namespace {

Snapshot made(std::string_view name) {
  auto snapshot = make_target(name);
  EXPECT_TRUE(snapshot) << name << ": " << (snapshot ? "" : snapshot.error().message);
  return snapshot ? std::move(*snapshot) : Snapshot{};
}

std::string refusal(std::string_view name) {
  auto snapshot = make_target(name);
  return snapshot ? "" : snapshot.error().message;
}

std::string version_of(const Snapshot& snapshot, std::string_view framework) {
  const FrameworkBuild* build = find_build(snapshot.environments.front(), framework);
  return build && build->version.is_known() ? *build->version : "";
}

const CudaDevice* card_of(const Snapshot& snapshot) {
  return snapshot.drivers.empty() || snapshot.drivers.front().devices->empty() ? nullptr : &snapshot.drivers.front().devices->front();
}

TEST(TargetName, a_type_without_a_card_is_a_t4) {
  ASSERT_NE(card_of(made("colab:gpu")), nullptr);
  EXPECT_EQ(card_of(made("colab:gpu"))->name, "NVIDIA T4");
  EXPECT_EQ(card_of(made("colab"))->compute_capability, "7.5");
}

TEST(TargetName, each_accelerator_has_the_capability_of_its_card) {
  const std::pair<const char*, const char*> cards[] = {{"colab:t4", "7.5"},   {"colab:l4", "8.9"},    {"colab:a100", "8.0"},
                                                       {"colab:h100", "9.0"}, {"kaggle:p100", "6.0"}, {"COLAB:T4", "7.5"}};
  for (const auto& [name, capability] : cards) {
    ASSERT_NE(card_of(made(name)), nullptr) << name;
    EXPECT_EQ(card_of(made(name))->compute_capability, capability) << name;
  }
}

TEST(TargetName, the_card_behind_g4_is_not_guessed) {
  ASSERT_NE(card_of(made("colab:g4")), nullptr);
  EXPECT_EQ(card_of(made("colab:g4"))->compute_capability, "");
}

TEST(TargetName, kaggle_gives_two_t4) { EXPECT_EQ(made("kaggle:gpu").drivers.front().devices->size(), 2u); }

TEST(TargetDate, a_runtime_version_is_the_row_that_it_pins) {
  EXPECT_EQ(version_of(made("colab:2026.07"), "torch"), "2.11.0+cu128");
  EXPECT_EQ(version_of(made("colab:cpu:2026.07"), "torch"), "2.11.0+cpu");
  EXPECT_EQ(version_of(made("colab:2025.07"), "tensorflow"), "2.18.0");
}

TEST(TargetDate, a_date_takes_the_row_in_force_and_the_order_of_the_words_is_free) {
  EXPECT_EQ(version_of(made("colab:gpu:2024-08-01"), "torch"), "2.3.1+cu121");
  EXPECT_EQ(version_of(made("colab:2024-08-01:l4"), "torch"), "2.3.1+cu121");
}

TEST(TargetDate, the_list_of_2025_12_10_is_that_of_the_cpu_runtime) {
  EXPECT_EQ(version_of(made("colab:cpu:2025-12-10"), "torch"), "2.9.0+cpu");
  EXPECT_EQ(version_of(made("colab:gpu:2025-12-10"), "torch"), "2.9.0+cu126");
}

TEST(TargetDate, a_date_before_the_first_row_is_refused_with_that_row) {
  EXPECT_NE(refusal("colab:2020-01-01").find("2022-09-13"), std::string::npos) << refusal("colab:2020-01-01");
  EXPECT_NE(refusal("colab:tpu:2023-01-01").find("2024-02-16"), std::string::npos);
}

TEST(TargetDriver, it_is_known_only_where_colab_announced_it_for_that_image) {
  EXPECT_TRUE(made("colab:2023-12-12").drivers.front().nvml_driver_version.is("535.104.05"));
  EXPECT_TRUE(made("colab:2025-01-27").drivers.front().nvml_driver_version.is("550.54.15"));
  const Snapshot later = made("colab:2024-05-17"), newest = made("colab:gpu");
  ASSERT_TRUE(later.drivers.front().nvml_driver_version.is_unknown());
  EXPECT_NE(later.drivers.front().nvml_driver_version.detail().find("535.104.05 (2023-12-12"), std::string::npos);
  ASSERT_TRUE(newest.drivers.front().nvml_driver_version.is_unknown());
  EXPECT_NE(newest.drivers.front().nvml_driver_version.detail().find("550.54.15"), std::string::npos);
}

TEST(TargetDriver, it_is_not_known_before_the_first_announcement) {
  const Snapshot snapshot = made("colab:2022-10-04");
  EXPECT_TRUE(snapshot.drivers.front().nvml_driver_version.is_unknown());
}

TEST(TargetName, a_wrong_word_is_answered_with_the_nearest) {
  EXPECT_NE(refusal("colab:t5").find("did you mean colab:t4"), std::string::npos);
  EXPECT_NE(refusal("kaggle:p1000").find("did you mean kaggle:p100"), std::string::npos);
  EXPECT_NE(refusal("kolab:gpu").find("did you mean colab"), std::string::npos);
  EXPECT_NE(refusal("colab:2031.01").find("2026.07"), std::string::npos);
  EXPECT_NE(refusal("colab:t4:l4").find("second"), std::string::npos);
  EXPECT_NE(refusal("").find("gpuwhy targets"), std::string::npos);
}

TEST(TargetName, hostile_names_are_refused_without_their_bytes) {
  const std::string escape = refusal(std::string("colab:\x1b[2J"));
  EXPECT_EQ(escape.find('\x1b'), std::string::npos);
  EXPECT_FALSE(refusal(std::string(100000, ':')).empty());
  EXPECT_FALSE(refusal("colab:" + std::string(100000, '9')).empty());
}

TEST(TargetByHand, wrong_values_are_refused_and_named) {
  EXPECT_NE(refusal("gpu=RTX9999,python=3.11").find("RTX9999"), std::string::npos);
  EXPECT_NE(refusal("gpuu=T4,python=3.11").find("did you mean gpu"), std::string::npos);
  EXPECT_NE(refusal("gpu=T4,driver=abc").find("not a version"), std::string::npos);
  EXPECT_NE(refusal("gpu=T4,gpu=L4").find("twice"), std::string::npos);
  EXPECT_NE(refusal("gpu=T4x999").find("from 1 to"), std::string::npos);
  EXPECT_NE(refusal("gpu=,python=3.11").find("KEY=VALUE"), std::string::npos);
}

TEST(TargetByHand, cards_can_be_counted_and_named_by_their_capability) {
  EXPECT_EQ(made("gpu=T4x2,python=3.11").drivers.front().devices->size(), 2u);
  EXPECT_EQ(card_of(made("gpu=12.0,python=3.11"))->compute_capability, "12.0");
  EXPECT_EQ(card_of(made("gpu=RTX 4090,python=3.11"))->compute_capability, "8.9");
}

TEST(TargetList, every_name_in_it_makes_a_target_with_a_date_and_a_source) {
  std::vector<TargetLine> lines = list_targets();
  EXPECT_GT(lines.size(), 15u);
  for (const TargetLine& line : lines) {
    EXPECT_TRUE(make_target(line.name)) << line.name;
    EXPECT_EQ(line.date.size(), 10u);
    EXPECT_FALSE(line.source.empty());
    EXPECT_GE(line.age_days, 0);
  }
  auto newest = std::ranges::find(lines, "colab:gpu", &TargetLine::name);
  ASSERT_NE(newest, lines.end());
  EXPECT_EQ(newest->date, facts::find_colab_release("gpu", "")->date);
}

TEST(IsTargetName, tells_places_from_files) {
  for (const char* name : {"colab", "colab:t4", "kaggle:cpu", "gpu=T4,python=3.11"}) EXPECT_TRUE(is_target_name(name)) << name;
  for (const char* name : {"here", "laptop.json", "example:colab", "/srv/a=b", "./colab.json"}) EXPECT_FALSE(is_target_name(name)) << name;
}

}  // namespace
}  // namespace gpuwhy
