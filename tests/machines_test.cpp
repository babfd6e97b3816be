// The simulated machines under tests/machines: what is said of each (expect.txt), and that our own failing reads never change a verdict
// into a wrong one.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "engine/collect.h"
#include "engine/judge.h"
#include "frameworks/predict.h"
#include "render/json/report_json.h"
#include "render/terminal/terminal.h"
#include "store/redaction.h"
#include "store/snapshot_json.h"
#include "support/collected.h"
#include "support/invented_machine.h"
#include "sys/faulty_machine.h"

namespace gpuwhy {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> all_machines() {
  std::vector<fs::path> machines;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(GPUWHY_SOURCE) / "tests/machines"))
    if (fs::exists(entry.path() / "machine.manifest")) machines.push_back(entry.path());
  std::ranges::sort(machines);
  return machines;
}

struct Expected {
  std::string verdict, root;
  std::vector<std::string> also, notes;
  std::map<std::string, std::int64_t> sees;
};

Expected read_expected(const fs::path& machine) {
  Expected expected;
  std::ifstream in(machine / "expect.txt");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word, first, second;
    words >> word >> first >> second;
    if (word == "healthy") expected.verdict = "usable";
    else if (word == "unknown") expected.verdict = "unknown";
    else if (word == "blocked" || word == "degraded") expected.verdict = word, expected.root = first;
    else if (word == "also") expected.also.push_back(first);
    else if (word == "note") expected.notes.push_back(first);
    else if (word == "sees") expected.sees[first] = parse_int(second).value_or(-1);
  }
  return expected;
}

std::string_view verdict_word(OverallVerdict verdict) {
  switch (verdict) {
    case OverallVerdict::usable:
      return "usable";
    case OverallVerdict::degraded:
      return "degraded";
    case OverallVerdict::blocked:
      return "blocked";
    case OverallVerdict::unknown:
      break;
  }
  return "unknown";
}

std::vector<std::string> causes_with(const Report& report, Role role) {
  std::vector<std::string> causes;
  for (const RankedFinding& ranked : report.findings)
    if (ranked.role == role) causes.push_back(ranked.finding.cause);
  return causes;
}

std::string test_name(const ::testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.filename();
  std::ranges::replace_if(
      name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

class SimulatedMachine : public ::testing::TestWithParam<fs::path> {};

TEST_P(SimulatedMachine, is_judged_as_its_story_says) {
  auto snapshot = testing::collect_manifest(GetParam() / "machine.manifest");
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  Report report = judge(*snapshot, {});
  Expected expected = read_expected(GetParam());
  std::string shown = render_terminal(report, {.width = 140, .verbose = true});
  EXPECT_EQ(verdict_word(report.verdict), expected.verdict) << shown;
  std::vector<std::string> roots = causes_with(report, Role::root), also = causes_with(report, Role::also);
  EXPECT_EQ(roots, expected.root.empty() ? std::vector<std::string>{} : std::vector<std::string>{expected.root}) << shown;
  EXPECT_TRUE(report.unexplained.empty()) << shown;
  if (expected.verdict == "usable") {
    EXPECT_TRUE(also.empty() && causes_with(report, Role::candidate).empty()) << shown;
  }
  if (expected.verdict == "usable" && expected.notes.empty()) {
    EXPECT_TRUE(report.findings.empty()) << shown;
  }
  for (const std::string& cause : expected.also)
    EXPECT_TRUE(std::ranges::find(also, cause) != also.end()) << "also " << cause << "\n" << shown;
  for (const Prediction& prediction : report.predictions) {
    auto sees = expected.sees.find(std::string(slug(prediction.framework)));
    if (sees != expected.sees.end()) {
      EXPECT_TRUE(prediction.sees_gpus.is(sees->second)) << shown;
    }
  }
  // One cause, one screen.
  std::string brief = render_terminal(report, {.width = 140});
  if (also.empty() && report.predictions.size() <= 2 && report.others.empty()) {
    EXPECT_LE(lines(brief).size(), 20u) << brief;
  }
}

TEST_P(SimulatedMachine, says_the_same_of_its_saved_and_of_its_redacted_snapshot) {
  auto snapshot = testing::collect_manifest(GetParam() / "machine.manifest");
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  auto again = read_snapshot(write_snapshot(*snapshot, Redaction::off));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(*again == *snapshot);
  EXPECT_EQ(render_json(judge(*again, {})), render_json(judge(*snapshot, {})));
  auto shared = read_snapshot(write_snapshot(*snapshot, Redaction::on));
  ASSERT_TRUE(shared) << shared.error().message;
  Report open = judge(*snapshot, {}), closed = judge(*shared, {});
  EXPECT_EQ(open.verdict, closed.verdict);
  EXPECT_EQ(causes_with(open, Role::root), causes_with(closed, Role::root));
  ASSERT_EQ(open.predictions.size(), closed.predictions.size());
  for (std::size_t i = 0; i < open.predictions.size(); ++i)
    EXPECT_TRUE(open.predictions[i].sees_gpus == closed.predictions[i].sees_gpus || open.predictions[i].sees_gpus.is_unknown());
}

// What stands for the machine in the eyes of the frameworks too: a read that fails there is their failure as well, and has its own cause.
bool is_frameworks_own(std::string_view path) { return path.find(".so") != std::string_view::npos || path.starts_with("/dev/"); }

TEST_P(SimulatedMachine, only_cannot_tell_replaces_a_verdict_when_our_own_reads_fail) {
  auto healthy = testing::collect_manifest(GetParam() / "machine.manifest");
  ASSERT_TRUE(healthy) << healthy.error().message;
  Report truth = judge(*healthy, {});
  std::vector<std::string> true_roots = causes_with(truth, Role::root);
  for (const auto& [fault, name] : std::vector<std::pair<FaultKind, std::string>>{{FaultKind::denied, "denied"},
                                                                                  {FaultKind::io_error, "EIO"},
                                                                                  {FaultKind::truncated, "short"},
                                                                                  {FaultKind::vanishing, "vanishing"}}) {
    for (std::string_view place :
         {"/sys/", "/proc/", "/etc/", "/lib/modules", "/var/lib", "/usr/lib/os-release",
          "site-packages/tensorflow/python/platform/build_info.py", "site-packages/torch/version.py", "dist-info", "pyvenv.cfg"}) {
      // A package file or a module that is gone is a state of the machine, not a failure of our reading.
      bool is_contents = place.find("site-packages") != std::string_view::npos || place == "/lib/modules" || place == "dist-info";
      if (fault == FaultKind::vanishing && is_contents) continue;
      auto subject = testing::load_subject(GetParam() / "machine.manifest");
      ASSERT_TRUE(subject);
      FaultyMachine faulty(
          *subject->machine,
          {{fault, [place](std::string_view path) { return path.find(place) != std::string_view::npos && !is_frameworks_own(path); }}});
      auto snapshot = testing::collect_machine(faulty, subject->asked);
      ASSERT_TRUE(snapshot);
      Report report = judge(*snapshot, {});
      std::string shown = fmt::format("{} of {}\n{}", name, place, render_terminal(report, {.width = 140}));
      if (truth.verdict == OverallVerdict::usable) {
        EXPECT_NE(report.verdict, OverallVerdict::blocked) << shown;
      }
      // A root that was not there with all facts known would be an invention.
      for (const std::string& cause : causes_with(report, Role::root)) {
        std::vector<std::string> possible = true_roots;
        for (const RankedFinding& ranked : truth.findings) possible.push_back(ranked.finding.cause);
        EXPECT_TRUE(std::ranges::find(possible, cause) != possible.end()) << cause << " by " << shown;
      }
    }
  }
}

TEST(SlowReads, change_nothing_in_the_answer) {
  fs::path manifest = fs::path(GPUWHY_SOURCE) / "tests/machines/laptop-rtx4070/machine.manifest";
  auto quick = testing::collect_manifest(manifest);
  auto machine = testing::load_manifest(manifest);
  ASSERT_TRUE(quick && machine);
  FaultyMachine slow(
      **machine, {{.kind = FaultKind::slow, .applies_to = [](std::string_view) { return true; }, .delay = std::chrono::milliseconds(1)}});
  auto late = collect(slow, {.tool_version = "test"});
  ASSERT_TRUE(late);
  EXPECT_GT(slow.faults_met(), 100);
  EXPECT_TRUE(*late == *quick);
}

INSTANTIATE_TEST_SUITE_P(Machines, SimulatedMachine, ::testing::ValuesIn(all_machines()), test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SimulatedMachine);

}  // namespace
}  // namespace gpuwhy
