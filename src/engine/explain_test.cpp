#include "engine/explain.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/testing/made_reading.h"
#include "render/terminal/terminal.h"

namespace gpuwhy {
namespace {

using testing::MadeReading;

Report told(const MadeReading& made) { return explain(made.reading(), {}); }

std::vector<std::string> causes(const Report& report, Role role) {
  std::vector<std::string> slugs;
  for (const RankedFinding& ranked : report.findings)
    if (ranked.role == role) slugs.push_back(ranked.finding.cause);
  return slugs;
}

std::string on_terminal(const Report& report, bool verbose) {
  return render_terminal(report, {.colour = false, .width = 100, .verbose = verbose, .unicode = true});
}

using Slugs = std::vector<std::string>;

TEST(Explain, what_is_proven_is_the_root_before_what_is_likely_on_a_lower_rung) {
  MadeReading made;
  made.says("no-nvidia-gpu", Strength::likely).says("cudnn-missing", Strength::proof);
  Report report = told(made);
  EXPECT_EQ(causes(report, Role::root), Slugs{"cudnn-missing"});
  EXPECT_EQ(report.findings.front().finding.confidence, Confidence::certain);
  EXPECT_EQ(causes(report, Role::also), Slugs{"no-nvidia-gpu"});
}

TEST(Explain, of_two_proven_faults_the_lower_one_is_the_root_wherever_it_stands_in_the_text) {
  MadeReading made;
  made.says("cpu-only-build", Strength::proof).says("cudnn-missing", Strength::proof);
  EXPECT_EQ(causes(told(made), Role::root), Slugs{"cudnn-missing"});
}

TEST(Explain, a_proven_root_leaves_no_candidates) {
  MadeReading made;
  made.says("cudnn-missing", Strength::proof).says("cpu-only-build", Strength::hint);
  Report report = told(made);
  EXPECT_TRUE(causes(report, Role::candidate).empty());
  EXPECT_FALSE(report.next_check);
}

TEST(Explain, a_likely_root_keeps_the_candidates_beside_it) {
  MadeReading made;
  made.says("cudnn-missing", Strength::likely).says("cpu-only-build", Strength::hint);
  Report report = told(made);
  EXPECT_EQ(causes(report, Role::root), Slugs{"cudnn-missing"});
  EXPECT_EQ(causes(report, Role::candidate), Slugs{"cpu-only-build"});
}

TEST(Explain, candidates_are_three_at_most_and_hints_stand_before_weak_ones_and_earlier_lines_before_later_ones) {
  MadeReading made;
  made.says("no-nvidia-gpu", Strength::weak)
      .says("visible-devices-hidden", Strength::hint)
      .says("cudnn-missing", Strength::hint)
      .says("cpu-only-build", Strength::weak);
  Report report = told(made);
  EXPECT_EQ(causes(report, Role::candidate), (Slugs{"visible-devices-hidden", "cudnn-missing", "no-nvidia-gpu"}));
  EXPECT_EQ(report.verdict, OverallVerdict::unknown);
  ASSERT_TRUE(report.next_check);
  EXPECT_FALSE(report.next_check->command.empty());
  EXPECT_EQ(report.next_check->decides, causes(report, Role::candidate));
}

TEST(Explain, a_consequence_is_dropped_where_something_better_is_there) {
  MadeReading made;
  made.says("cudnn-missing", Strength::hint).says("cpu-only-build", Strength::consequence);
  EXPECT_EQ(causes(told(made), Role::candidate), Slugs{"cudnn-missing"});
}

TEST(Explain, a_consequence_alone_is_a_candidate) {
  MadeReading made;
  made.says("cpu-only-build", Strength::consequence);
  EXPECT_EQ(causes(told(made), Role::candidate), Slugs{"cpu-only-build"});
}

TEST(Explain, a_fault_of_the_environment_stands_before_the_programs_own_error) {
  MadeReading made;
  made.says("program-exception", Strength::proof).says("cudnn-missing", Strength::proof);
  EXPECT_EQ(causes(told(made), Role::root), Slugs{"cudnn-missing"});
}

TEST(Explain, a_program_that_fails_says_nothing_about_the_gpu_unless_one_is_shown_at_work) {
  MadeReading alone, beside;
  alone.says("program-exception", Strength::proof);
  beside.says("program-exception", Strength::proof).clue("healthy", "yes");
  EXPECT_EQ(causes(told(alone), Role::root), Slugs{"program-exception"});
  EXPECT_EQ(told(alone).verdict, OverallVerdict::unknown);
  EXPECT_EQ(told(beside).verdict, OverallVerdict::usable);
}

TEST(Explain, what_a_cause_entails_is_folded_under_it) {
  MadeReading made;
  made.says("driver-not-loaded", Strength::proof).says("uvm-missing", Strength::proof);
  Report report = told(made);
  EXPECT_EQ(causes(report, Role::root), Slugs{"driver-not-loaded"});
  EXPECT_EQ(causes(report, Role::consequence), Slugs{"uvm-missing"});
}

TEST(Explain, the_verdict_is_that_of_the_root) {
  MadeReading blocked, degraded;
  blocked.says("cudnn-missing", Strength::proof);
  degraded.says("known-bad-versions", Strength::proof);
  EXPECT_EQ(told(blocked).verdict, OverallVerdict::blocked);
  EXPECT_EQ(told(degraded).verdict, OverallVerdict::degraded);
}

TEST(Explain, what_is_a_note_on_a_machine_is_more_where_somebody_shows_its_message) {
  MadeReading made;
  made.says("slow-first-start-jit", Strength::proof);
  Report report = told(made);
  EXPECT_EQ(causes(report, Role::root), Slugs{"slow-first-start-jit"});
  EXPECT_EQ(report.verdict, OverallVerdict::degraded);
}

TEST(Explain, a_gpu_at_work_is_usable_and_its_line_is_named) {
  MadeReading made;
  made.says("", Strength::healthy, "Created device /device:GPU:0 with 14792 MB memory").clue("healthy", "yes");
  Report report = told(made);
  EXPECT_EQ(report.verdict, OverallVerdict::usable);
  ASSERT_EQ(report.remarks.size(), 1U);
  EXPECT_EQ(report.remarks[0], "line 1 shows a GPU at work: Created device /device:GPU:0 with 14792 MB memory");
}

TEST(Explain, a_gpu_at_work_beside_an_open_question_is_not_called_usable) {
  MadeReading made;
  made.says("cudnn-missing", Strength::hint).clue("healthy", "yes");
  EXPECT_EQ(told(made).verdict, OverallVerdict::unknown);
}

TEST(Explain, a_text_without_any_clue_has_nothing_about_gpus) {
  MadeReading made;
  made.line("the weather is fine");
  Report report = told(made);
  EXPECT_EQ(report.verdict, OverallVerdict::unknown);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.remarks, Slugs{"nothing about GPUs in here"});
}

TEST(Explain, harmless_lines_are_named_with_v_and_blamed_never) {
  MadeReading made;
  made.says("", Strength::benign, "TF-TRT Warning: Could not find TensorRT", "TensorRT is optional");
  Report report = told(made);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.environment_notes, Slugs{"harmless, line 1: TensorRT is optional"});
  EXPECT_FALSE(on_terminal(report, false).contains("TensorRT"));
  EXPECT_TRUE(on_terminal(report, true).contains("harmless, line 1: TensorRT is optional"));
}

TEST(Explain, evidence_is_the_deciding_line_with_its_number_the_strongest_first) {
  MadeReading made;
  made.line("first");
  made.says("cudnn-missing", Strength::hint, "a hint\x1b[31m").says("cudnn-missing", Strength::proof, "the proof");
  const Finding finding = told(made).findings.at(0).finding;
  ASSERT_EQ(finding.because.size(), 2U);
  EXPECT_EQ(finding.because[0].source, Source::log);
  EXPECT_EQ(finding.because[0].locator, "line 3");
  EXPECT_EQ(finding.because[0].excerpt, "the proof");
  EXPECT_EQ(finding.because[1].excerpt.find('\x1b'), std::string::npos);
  EXPECT_EQ(finding.details.at(0), "line 3: the proof");
}

TEST(Explain, one_line_is_shown_once_and_no_more_than_three) {
  MadeReading made;
  for (int i = 0; i < 5; ++i) made.says("cudnn-missing", Strength::proof, "line of text " + std::to_string(i));
  EXPECT_EQ(told(made).findings.at(0).finding.details.size(), 3U);
}

TEST(Explain, every_finding_has_a_cure) {
  for (const Cause& cause : all_causes()) {
    MadeReading made;
    made.says(cause.slug, Strength::proof);
    Report report = told(made);
    ASSERT_FALSE(report.findings.empty()) << cause.slug;
    const Finding& finding = report.findings.front().finding;
    EXPECT_EQ(finding.cause, cause.slug);
    ASSERT_FALSE(finding.remedies.empty()) << cause.slug;
    EXPECT_FALSE(finding.remedies[0].title.empty()) << cause.slug;
    EXPECT_FALSE(finding.remedies[0].commands.empty() && finding.remedies[0].steps.empty()) << cause.slug;
  }
}

TEST(Explain, an_ignored_cause_is_not_blamed) {
  MadeReading made;
  made.says("cudnn-missing", Strength::proof);
  Report report = explain(made.reading(), {.ignored = {{"cudnn-missing", "known"}}});
  EXPECT_TRUE(causes(report, Role::root).empty());
}

}  // namespace
}  // namespace gpuwhy
