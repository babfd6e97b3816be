#include "frameworks/common/effective_variables.h"

#include <gtest/gtest.h>

namespace gpuwhy::frameworks {
namespace {

Snapshot with_two_cards() {
  Snapshot snapshot;
  DriverAnswers driver;
  driver.init = Fact<std::int64_t>::known(0);
  driver.count = Fact<std::int64_t>::known(2);
  CudaDevice first, second;
  first.name = "first", second.name = "second";
  driver.devices = Fact<std::vector<CudaDevice>>::known({first, second});
  snapshot.drivers.push_back(driver);
  return snapshot;
}

PythonEnvironment starting_with(const std::string& text, const std::string& variable, const std::string& value) {
  PythonEnvironment environment;
  environment.startup_code = Fact<std::vector<StartupCode>>::known({{"/s/sitecustomize.py", text, variable, value}});
  return environment;
}

TEST(EffectiveVariables, startup_code_wins_over_the_shell) {
  Snapshot snapshot = with_two_cards();
  snapshot.variables["CUDA_VISIBLE_DEVICES"] = "0";
  auto environment = starting_with("os.environ['CUDA_VISIBLE_DEVICES'] = ''", "CUDA_VISIBLE_DEVICES", "");
  EXPECT_EQ(effective_variables(snapshot, environment).at("CUDA_VISIBLE_DEVICES"), "");
}

TEST(EffectiveVariables, setdefault_leaves_what_the_shell_has_set) {
  Snapshot snapshot = with_two_cards();
  snapshot.variables["CUDA_VISIBLE_DEVICES"] = "0";
  auto environment = starting_with("os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')", "CUDA_VISIBLE_DEVICES", "");
  EXPECT_EQ(effective_variables(snapshot, environment).at("CUDA_VISIBLE_DEVICES"), "0");
  EXPECT_FALSE(as_started(snapshot, environment));
}

TEST(EffectiveVariables, an_indented_line_is_not_certain_to_run) {
  Snapshot snapshot = with_two_cards();
  auto environment = starting_with("  os.environ['CUDA_VISIBLE_DEVICES'] = ''", "CUDA_VISIBLE_DEVICES", "");
  EXPECT_TRUE(effective_variables(snapshot, environment).empty());
}

TEST(EffectiveVariables, a_value_that_names_no_card_makes_cuinit_fail) {
  for (const char* value : {"", "-1", "NoDevFiles", "7"}) {
    Snapshot snapshot = with_two_cards();
    auto started = as_started(snapshot, starting_with("x", "CUDA_VISIBLE_DEVICES", value));
    ASSERT_TRUE(started) << value;
    EXPECT_TRUE(started->drivers[0].init.is(std::int64_t{100})) << value;
    EXPECT_FALSE(started->drivers[0].count.is_known()) << value;
  }
}

TEST(EffectiveVariables, a_list_shows_its_cards_up_to_the_first_invalid_entry) {
  Snapshot snapshot = with_two_cards();
  auto started = as_started(snapshot, starting_with("x", "CUDA_VISIBLE_DEVICES", "1,-1,0"));
  ASSERT_TRUE(started);
  ASSERT_TRUE(started->drivers[0].count.is(std::int64_t{1}));
  EXPECT_EQ(started->drivers[0].devices->front().name, "second");
}

TEST(EffectiveVariables, without_startup_code_no_copy_is_made) {
  EXPECT_FALSE(as_started(with_two_cards(), PythonEnvironment{}));
  EXPECT_FALSE(as_started(with_two_cards(), starting_with("tf.config.set_visible_devices([], 'GPU')", "", "")));
}

TEST(EffectiveVariables, where_the_shell_has_a_list_only_what_hides_everything_is_sure) {
  Snapshot snapshot = with_two_cards();
  snapshot.variables["CUDA_VISIBLE_DEVICES"] = "0,1";
  auto started = as_started(snapshot, starting_with("x", "CUDA_VISIBLE_DEVICES", "3"));
  ASSERT_TRUE(started);
  EXPECT_TRUE(started->drivers[0].count.is(std::int64_t{2}));
  EXPECT_TRUE(as_started(snapshot, starting_with("x", "CUDA_VISIBLE_DEVICES", ""))->drivers[0].init.is(std::int64_t{100}));
}

}  // namespace
}  // namespace gpuwhy::frameworks
