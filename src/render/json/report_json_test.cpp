#include "render/json/report_json.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "render/testing/sample_reports.h"

namespace gpuwhy {
namespace {

using Json = nlohmann::ordered_json;

Json parsed(const Report& report) { return Json::parse(render_json(report)); }

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

TEST(RenderJson, keys_come_in_the_order_of_the_contract) {
  Json json = parsed(samples::one_root());
  EXPECT_EQ(keys(json), (std::vector<std::string>{"schema", "tool", "machine", "verdict", "predictions", "ladder", "findings", "next_check",
                                                  "unknown", "basis", "judged_environment", "judged_python", "judged_for", "unexplained",
                                                  "others", "remarks", "environment_notes", "timings_ms"}));
  EXPECT_EQ(keys(json["predictions"][0]), (std::vector<std::string>{"framework", "version", "python", "sees_gpus", "usable_gpus", "calls",
                                                                    "outcome", "blocked_at", "expected_log", "basis"}));
  EXPECT_EQ(keys(json["findings"][0]), (std::vector<std::string>{"cause", "layer", "role", "severity", "confidence", "subject", "headline",
                                                                 "details", "evidence", "remedies", "explains"}));
}

TEST(RenderJson, words_are_those_of_the_schema) {
  Json json = parsed(samples::root_and_also());
  EXPECT_EQ(json["schema"], "gpuwhy.report/1");
  EXPECT_EQ(json["verdict"], "blocked");
  EXPECT_EQ(json["ladder"][2]["state"], "not-reached");
  EXPECT_EQ(json["findings"][0]["layer"], "kernel-driver");
  EXPECT_EQ(json["findings"][1]["role"], "also");
  EXPECT_EQ(parsed(samples::seen_but_unusable())["findings"][0]["remedies"][0]["safety"], "show-only");
}

TEST(RenderJson, what_is_not_known_is_null) {
  Json json = parsed(samples::not_told());
  EXPECT_TRUE(json["machine"]["gpus"].is_null());
  EXPECT_TRUE(json["machine"]["driver"].is_null());
  EXPECT_TRUE(json["predictions"][0]["sees_gpus"].is_null());
  EXPECT_TRUE(json["predictions"][0]["calls"]["torch.cuda.is_available()"].is_null());
  EXPECT_EQ(json["unknown"][1]["why"], "timed-out");
}

TEST(RenderJson, no_gpu_is_an_empty_list) { EXPECT_EQ(parsed(samples::no_gpu_with_framework())["machine"]["gpus"], Json::array()); }

TEST(RenderJson, truth_values_are_booleans_and_counts_are_numbers) {
  Json calls = parsed(samples::all_usable())["predictions"][1]["calls"];
  EXPECT_EQ(calls["torch.cuda.is_available()"], true);
  EXPECT_TRUE(calls["torch.cuda.device_count()"].is_number_integer());
}

TEST(RenderJson, the_name_of_the_machine_is_never_written) {
  EXPECT_EQ(parsed(samples::laptop())["machine"]["name"], "host-1");
  EXPECT_EQ(render_json(samples::laptop()).find("laptop"), std::string::npos);
}

TEST(RenderJson, timings_are_there_for_live_runs_only) {
  EXPECT_FALSE(parsed(samples::root_and_also()).contains("timings_ms"));
  EXPECT_EQ(parsed(samples::all_usable())["timings_ms"].dump(), R"({"python":12,"total":31.2})");
}

TEST(RenderJson, commands_keep_their_arguments_and_the_check_is_one_line) {
  Json remedy = parsed(samples::one_root())["findings"][0]["remedies"][0];
  EXPECT_EQ(remedy["commands"][0][4], "tensorflow[and-cuda]==2.20.0");
  EXPECT_EQ(remedy["check"], "gpuwhy --framework tensorflow");
  EXPECT_EQ(parsed(samples::hostile())["findings"][0]["remedies"][0]["commands"][0][2], "a\x1b[31m\nb");
}

TEST(RenderJson, hostile_bytes_become_valid_utf8_without_control_bytes) {
  Report report = samples::hostile();
  report.findings[0].finding.remedies[0].commands.push_back({"\xc2\x9b\x7f"});
  std::string text = render_json(report);
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    EXPECT_TRUE(byte >= 0x20 || byte == '\n');
    EXPECT_NE(byte, 0x7f);
    EXPECT_FALSE(byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0);
  }
  EXPECT_EQ(Json::parse(text)["findings"][0]["remedies"][0]["commands"][1][0], "\xc2\x9b\x7f");
}

TEST(RenderJson, the_same_report_gives_the_same_bytes) { EXPECT_EQ(render_json(samples::one_root()), render_json(samples::one_root())); }

// tests/render/schema_test.py reads these; the folder is named by whoever runs it.
TEST(RenderJson, samples_can_be_written_for_the_schema_test) {
  const char* folder = std::getenv("GPUWHY_REPORT_SAMPLES");
  if (folder == nullptr) GTEST_SKIP() << "GPUWHY_REPORT_SAMPLES names no folder";
  for (const auto& [name, report] : samples::all()) {
    std::ofstream file(std::string(folder) + "/" + name + ".json", std::ios::binary);
    file << render_json(report);
    EXPECT_TRUE(file.good()) << name;
  }
}

}  // namespace
}  // namespace gpuwhy
