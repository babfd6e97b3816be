#include "formats/toml_light/toml_light.h"

#include <gtest/gtest.h>

namespace gpuwhy::toml_light {
namespace {

std::string value_of(std::string_view text, std::string_view table, std::string_view key) {
  Document document = parse(text);
  const Setting* found = document.find(table, key);
  return found ? found->value : "(none)";
}

TEST(TomlLight, the_settings_of_the_container_toolkit_are_read) {
  constexpr std::string_view text = R"(disable-require = false
#swarm-resource = "DOCKER_RESOURCE_GPU"

[nvidia-container-cli]
#root = "/run/nvidia/driver"
environment = []
no-cgroups = true   # rootless
ldconfig = "@/sbin/ldconfig"

[nvidia-container-runtime.modes.csv]
mount-spec-path = "/etc/nvidia-container-runtime/host-files-for-container.d"
)";
  EXPECT_EQ(value_of(text, "nvidia-container-cli", "no-cgroups"), "true");
  EXPECT_EQ(value_of(text, "nvidia-container-cli", "ldconfig"), "@/sbin/ldconfig");
  EXPECT_EQ(value_of(text, "", "disable-require"), "false");
  EXPECT_EQ(value_of(text, "nvidia-container-cli", "root"), "(none)");
  EXPECT_EQ(parse(text).problem, "");
}

TEST(TomlLight, quoted_names_of_tables_are_joined_with_dots) {
  Document document = parse("[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes . 'nvidia']\n[[a.b]]\n");
  EXPECT_EQ(document.tables, (std::vector<std::string>{"plugins.io.containerd.grpc.v1.cri.containerd.runtimes.nvidia", "a.b"}));
}

TEST(TomlLight, a_word_in_quotation_marks_is_no_truth_value) {
  EXPECT_TRUE(parse("a = \"true\"").find("", "a")->is_string);
  EXPECT_FALSE(parse("a = true").find("", "a")->is_string);
}

TEST(TomlLight, values_over_several_lines_are_passed_over_and_hide_no_table) {
  constexpr std::string_view text = "list = [\n  \"[not.a.table]\", # ]\n  1,\n]\nlong = \"\"\"\n[nor.this]\n\"\"\"\n[real]\nkey = 1\n";
  Document document = parse(text);
  EXPECT_EQ(document.tables, std::vector<std::string>{"real"});
  EXPECT_EQ(value_of(text, "real", "key"), "1");
  EXPECT_EQ(document.problem, "");
}

TEST(TomlLight, the_last_of_two_equal_settings_counts) { EXPECT_EQ(value_of("[t]\na = 1\na = 2\n", "t", "a"), "2"); }

TEST(TomlLight, a_hash_inside_of_a_text_begins_no_comment) { EXPECT_EQ(value_of("a = \"x#y\"", "", "a"), "x#y"); }

TEST(TomlLight, a_line_that_is_no_setting_is_named_and_the_rest_is_read) {
  for (std::string_view bad : {"what is this", "= 3", "a =", "[open", "[]", "[a..b]", "b = \"open", "c.\"open = 1", "a = 'x' y"}) {
    std::string text = "ok = 1\n" + std::string(bad) + "\nalso = 2\n";
    EXPECT_EQ(parse(text).problem, "line 2") << bad;
    EXPECT_EQ(value_of(text, "", "ok"), "1") << bad;
  }
  EXPECT_EQ(value_of("what\nalso = 2\n", "", "also"), "2");
}

TEST(TomlLight, brackets_that_stay_open_end_with_the_file) { EXPECT_EQ(parse("a = [\n1,\n2\n").problem, "line 1"); }

TEST(TomlLight, an_empty_file_holds_nothing) {
  EXPECT_TRUE(parse("").settings.empty());
  EXPECT_EQ(parse("\xff\xfe").problem, "line 1");
}

}  // namespace
}  // namespace gpuwhy::toml_light
