#include "engine/settle.h"

#include <gtest/gtest.h>

#include "engine/explain.h"
#include "engine/testing/made_reading.h"
#include "support/collected.h"

namespace gpuwhy {
namespace {

Snapshot machine(const std::string& name) {
  auto snapshot = testing::collect_manifest(std::string(GPUWHY_SOURCE) + "/tests/machines/" + name + "/machine.manifest");
  if (snapshot) return *snapshot;
  ADD_FAILURE() << name << ": " << snapshot.error().message;
  return {};
}

std::vector<RankedFinding> finding(std::string cause, Confidence confidence) {
  RankedFinding ranked;
  ranked.finding.cause = std::move(cause);
  ranked.finding.confidence = confidence;
  ranked.finding.details = {"line 1: what the text says"};
  return {ranked};
}

TEST(SettleByMachine, a_possibility_that_the_machine_shows_becomes_likely_and_gets_its_proof) {
  std::vector<RankedFinding> told = finding("cudnn-missing", Confidence::possible);
  settle_by_machine(machine("cudnn-uninstalled"), told);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].finding.confidence, Confidence::likely);
  EXPECT_EQ(told[0].finding.details.front(), "line 1: what the text says");
  EXPECT_GT(told[0].finding.details.size(), 1U);
  EXPECT_FALSE(told[0].finding.because.empty());
  EXPECT_FALSE(told[0].finding.remedies.empty());
}

TEST(SettleByMachine, a_possibility_that_the_machine_rules_out_goes) {
  std::vector<RankedFinding> told = finding("cudnn-missing", Confidence::possible);
  settle_by_machine(machine("laptop-rtx4070"), told);
  EXPECT_TRUE(told.empty());
}

TEST(SettleByMachine, what_the_text_makes_likely_or_proves_stays_whatever_the_machine_shows_now) {
  for (Confidence confidence : {Confidence::likely, Confidence::certain}) {
    std::vector<RankedFinding> told = finding("cudnn-missing", confidence);
    settle_by_machine(machine("laptop-rtx4070"), told);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].finding.confidence, confidence);
  }
}

TEST(SettleByMachine, a_cause_that_only_a_text_can_show_stays_open) {
  std::vector<RankedFinding> told = finding("numeric-nan", Confidence::possible);
  settle_by_machine(machine("laptop-rtx4070"), told);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].finding.confidence, Confidence::possible);
}

TEST(SettleByMachine, a_machine_that_nothing_is_known_of_settles_nothing) {
  std::vector<RankedFinding> told = finding("nouveau-in-use", Confidence::possible);
  settle_by_machine(Snapshot{}, told);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].finding.confidence, Confidence::possible);
}

TEST(SettleByMachine, what_only_the_process_of_the_text_had_is_not_ruled_out_by_the_shell_of_today) {
  for (const char* cause : {"visible-devices-hidden", "gpu-out-of-memory"}) {
    std::vector<RankedFinding> told = finding(cause, Confidence::possible);
    settle_by_machine(machine("laptop-rtx4070"), told);
    ASSERT_EQ(told.size(), 1U) << cause;
    EXPECT_EQ(told[0].finding.confidence, Confidence::possible) << cause;
  }
}

TEST(SettleByMachine, explain_takes_the_machine_into_account) {
  testing::MadeReading made;
  made.says("cudnn-missing", Strength::hint).says("cpu-only-build", Strength::hint);
  Snapshot here = machine("cudnn-uninstalled");
  Report report = explain(made.reading(), {}, &here);
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings.front().finding.cause, "cudnn-missing");
  EXPECT_EQ(report.findings.front().role, Role::root);
  EXPECT_EQ(report.basis, "log and live");
}

}  // namespace
}  // namespace gpuwhy
