#include "engine/judge.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/collected.h"

namespace gpuwhy {
namespace {

constexpr const char* machines = GPUWHY_SOURCE "/tests/machines/";

Report report_of(const std::string& machine, const std::string& more = "") {
  auto snapshot = testing::collect_manifest_text("include " + machine + "/machine.manifest\n" + more, "judge_test", machines);
  EXPECT_TRUE(snapshot) << (snapshot ? "" : snapshot.error().message);
  return snapshot ? judge(*snapshot, {}) : Report{};
}

std::string summary_of_build(const Report& report) {
  for (const Rung& rung : report.ladder)
    if (rung.layer == Layer::framework_build) return rung.summary;
  return "no rung";
}

std::string first_gpu(const Report& report) {
  return report.machine.gpus.is_known() && !report.machine.gpus->empty() ? report.machine.gpus->front().name : "none";
}

TEST(Judge, packages_that_may_not_be_read_are_named_with_their_folder_and_the_reason) {
  Report report = report_of("site-packages-that-may-not-be-read");
  EXPECT_EQ(report.verdict, OverallVerdict::unknown);
  EXPECT_EQ(summary_of_build(report),
            "the packages of this environment could not be read (/home/ana/venv/lib/python3.12/site-packages: Permission denied)");
  ASSERT_EQ(report.remarks.size(), 1u);
  EXPECT_EQ(report.remarks[0], "the machine is ready for a GPU framework; whether one is installed in this environment could not be read");
}

TEST(Judge, an_environment_that_was_read_and_holds_no_framework_says_so) {
  Report report = report_of("jetson-orin-nano");
  EXPECT_EQ(summary_of_build(report), "");
  ASSERT_EQ(report.remarks.size(), 1u);
  EXPECT_EQ(report.remarks[0], "the machine is ready for a GPU framework; none is installed in this environment");
}

TEST(Judge, the_board_stands_for_the_gpu_of_a_jetson_whose_driver_does_not_answer) {
  Report report = report_of("jetson-user-not-in-group-video");
  EXPECT_EQ(first_gpu(report), "NVIDIA Jetson Orin Nano Engineering Reference Developer Kit");
  EXPECT_TRUE(std::ranges::any_of(report.remarks, [](const std::string& line) { return line.starts_with("a Jetson board: "); }));
}

TEST(Judge, a_jetson_whose_driver_answers_is_named_by_it_without_a_remark) {
  Report report = report_of("healthy-jetson-torch");
  EXPECT_EQ(first_gpu(report), "Orin");
  EXPECT_TRUE(report.remarks.empty());
}

TEST(Judge, a_rule_of_the_subject_process_is_asked_where_a_process_was_named) {
  const Cause* cause = find_cause("stale-process");
  ASSERT_NE(cause, nullptr);
  EXPECT_TRUE(cause->check_process && !cause->check_machine);
  Snapshot snapshot;
  snapshot.process = Fact<ObservedProcess>::absent();
  auto without = judge_cause(*cause, snapshot, {});
  ASSERT_EQ(without.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<NotApplicable>(without[0].verdict));
  ObservedProcess process;
  process.pid = 7;
  process.mapped = Fact<std::vector<MappedFile>>::known({});
  snapshot.process = Fact<ObservedProcess>::known(process);
  EXPECT_TRUE(std::holds_alternative<Passes>(judge_cause(*cause, snapshot, {}).at(0).verdict));
}

}  // namespace
}  // namespace gpuwhy
