// The comparison in the forms for machines and for issue trackers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "render/github/annotations.h"
#include "render/json/comparison_json.h"
#include "render/markdown/markdown_diff.h"
#include "render/markdown/markdown_report.h"
#include "render/testing/sample_reports.h"

namespace gpuwhy {
namespace {

Comparison one_fails() {
  Comparison comparison;
  comparison.kind = Comparison::Kind::one_fails;
  comparison.working = "laptop.json", comparison.failing = "node.json";
  comparison.working_report = samples::all_usable(), comparison.failing_report = samples::one_root();
  comparison.sentence = "TensorFlow can use the GPU on laptop.json and not on node.json";
  comparison.causal = {{"the package nvidia-cudnn-cu12", "9.5.0", "", Layer::cuda_libraries}, {"LANG", "C", "?", Layer::process}};
  comparison.harmless = {{"the system", "Ubuntu", "Debian", Layer::hardware}};
  comparison.proven = true;
  return comparison;
}

Comparison both_work() {
  Comparison comparison = one_fails();
  comparison.kind = Comparison::Kind::both_work;
  comparison.failing_report = samples::all_usable();
  comparison.causal.clear(), comparison.proven = false;
  comparison.behaviour = {"TensorFlow: 2.19.0 and 2.20.0"};
  return comparison;
}

std::ptrdiff_t line_count(const std::string& text) { return std::ranges::count(text, '\n'); }

TEST(ComparisonJson, names_the_kind_the_sides_and_the_causal_differences) {
  auto json = nlohmann::json::parse(render_json(one_fails()));
  EXPECT_EQ(json["schema"], "gpuwhy.diff/1");
  EXPECT_EQ(json["kind"], "one-fails");
  EXPECT_EQ(json["working"]["name"], "laptop.json");
  EXPECT_EQ(json["working"]["verdict"], "usable");
  EXPECT_EQ(json["failing"]["verdict"], "blocked");
  EXPECT_EQ(json["failing"]["findings"][0]["cause"], "cudnn-missing");
  EXPECT_EQ(json["failing"]["findings"][0]["remedies"].size(), 1U);
  EXPECT_EQ(json["causal"][0]["layer"], "cuda-libraries");
  EXPECT_TRUE(json["proven"]);
}

TEST(ComparisonJson, what_is_not_known_is_null_and_what_there_is_none_of_is_empty) {
  auto json = nlohmann::json::parse(render_json(one_fails()));
  EXPECT_EQ(json["causal"][0]["here"], "");
  EXPECT_TRUE(json["causal"][1]["here"].is_null());
}

TEST(ComparisonJson, every_sample_is_written_for_the_schema_test) {
  const char* folder = std::getenv("GPUWHY_DIFF_SAMPLES");
  for (const samples::Sample& sample : samples::all()) {
    Comparison comparison = one_fails();
    comparison.failing_report = sample.report;
    std::string text = render_json(comparison);
    EXPECT_FALSE(nlohmann::json::parse(text, nullptr, false).is_discarded()) << sample.name;
    if (folder) std::ofstream(std::string(folder) + "/" + sample.name + ".json") << text;
  }
}

TEST(RenderMarkdownOfDiff, has_the_sentence_the_table_the_cure_and_both_ladders) {
  std::string text = render_markdown(one_fails());
  EXPECT_TRUE(text.starts_with(
      "**TensorFlow can use the GPU on laptop.json and not on node.json**\n\n| | laptop.json (works) | node.json (fails) |\n|---|---|---|\n"
      "| **the package nvidia-cudnn-cu12** | 9.5.0 | none |\n| LANG | C | not known |\n"))
      << text;
  EXPECT_TRUE(text.contains("proven: carried over to a copy of node.json"));
  EXPECT_TRUE(text.contains("tensorflow[and-cuda]==2.20.0"));
  EXPECT_TRUE(text.contains("laptop.json: hardware ✓"));
  EXPECT_TRUE(text.contains("**CUDA libraries** ✗ · build –"));
  EXPECT_TRUE(text.contains("1 difference that does not matter")) << text;
  EXPECT_LT(line_count(text), 60);
}

TEST(RenderMarkdownOfDiff, two_that_work_differ_in_behaviour_and_have_no_cause) {
  std::string text = render_markdown(both_work());
  EXPECT_TRUE(text.contains("- TensorFlow: 2.19.0 and 2.20.0\n")) << text;
  EXPECT_FALSE(text.contains("proven"));
  EXPECT_TRUE(text.contains("1 difference between them"));
}

TEST(RenderMarkdownOfDiff, a_text_from_outside_closes_no_cell) {
  Comparison comparison = one_fails();
  comparison.causal[0].there = "a | b <img src=x>";
  EXPECT_TRUE(render_markdown(comparison).contains(R"(| a \| b \<img src=x\> |)"));
}

TEST(RenderMarkdown, a_flood_stays_under_sixty_lines) {
  Report report = samples::root_and_also();
  Finding& finding = report.findings[0].finding;
  finding.details.assign(500, "a line");
  finding.remedies[0].commands.assign(50, {"true"});
  finding.remedies[0].steps.assign(50, "step");
  report.predictions.resize(40);
  report.findings.resize(60, report.findings[1]);
  report.remarks.assign(50, "a remark");
  EXPECT_LT(line_count(render_markdown(report)), 60) << render_markdown(report);
  Comparison comparison = one_fails();
  comparison.failing_report = report;
  comparison.causal.resize(100, comparison.causal[0]);
  comparison.behaviour.assign(100, "different");
  EXPECT_LT(line_count(render_markdown(comparison)), 60) << render_markdown(comparison);
}

TEST(RenderMarkdown, the_ladder_of_a_machine_is_one_line_and_that_of_a_text_is_left_out) {
  Report report = samples::one_root();
  EXPECT_TRUE(render_markdown(report).contains("hardware ✓ · kernel driver ✓ · device nodes ✓")) << render_markdown(report);
  report.basis = "log";
  EXPECT_FALSE(render_markdown(report).contains("kernel driver"));
}

TEST(RenderGithubOfDiff, is_one_annotation_that_names_the_cause) {
  std::string text = render_github(one_fails());
  EXPECT_TRUE(text.starts_with("::error title=gpuwhy%3A cudnn-missing::TensorFlow can use the GPU")) << text;
  EXPECT_EQ(line_count(text), 1);
  EXPECT_TRUE(text.contains("%0Acure: "));
  EXPECT_TRUE(render_github(both_work()).starts_with("::notice title=gpuwhy::"));
}

}  // namespace
}  // namespace gpuwhy
