// Every image of Colab and Kaggle that the tables know, loaded as a target and judged for the frameworks of its own day. Each must be
// usable on its GPU, or unknown for what nobody published alone: the driver, and in Kaggle's older rows what the row leaves out. Those that
// the sources name as broken must be found broken for that reason.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "engine/judge.h"
#include "engine/target.h"
#include "facts/targets.h"
#include "frameworks/predict.h"

namespace gpuwhy {
namespace {

Snapshot made(const std::string& name) {
  auto snapshot = make_target(name);
  EXPECT_TRUE(snapshot) << name << ": " << (snapshot ? "" : snapshot.error().message);
  return snapshot ? std::move(*snapshot) : Snapshot{};
}

// The gates that are not settled although the row says all that decides them.
std::vector<std::string> unsettled(const Prediction& prediction, const std::set<std::string>& may_be_open) {
  std::vector<std::string> found;
  for (const Gate& gate : prediction.gates)
    if (gate.state != GateState::passed && !(gate.state == GateState::unknown && may_be_open.contains(gate.name)))
      found.push_back(fmt::format("{}: {}", gate.name, gate.summary));
  return found;
}

bool is_settled(const Prediction& prediction) {
  return prediction.usable_gpus.is_unknown() || (prediction.usable_gpus.is_known() && *prediction.usable_gpus > 0);
}

TEST(ColabImages, every_gpu_image_serves_a_t4_as_far_as_the_driver_is_known) {
  std::size_t images = 0, predictions = 0;
  for (const facts::ColabRelease& row : facts::colab_table()) {
    if (!facts::serves(row, "gpu")) continue;
    ++images;
    Snapshot snapshot = made(fmt::format("colab:gpu:{}", row.date));
    for (const Prediction& prediction : predict_all(snapshot)) {
      ++predictions;
      EXPECT_EQ(prediction.basis, PredictionBasis::packages);
      EXPECT_TRUE(is_settled(prediction)) << row.date << ' ' << display_name(prediction.framework);
      EXPECT_EQ(join(unsettled(prediction, {"driver-version"}), "; "), "")
          << row.date << ' ' << display_name(prediction.framework) << ' ' << prediction.version;
    }
  }
  EXPECT_GT(images, 60u);
  EXPECT_GE(predictions, images * 3);
}

TEST(ColabImages, no_finding_stops_a_gpu_image_of_its_own_day) {
  for (const facts::ColabRelease& row : facts::colab_table()) {
    if (!facts::serves(row, "gpu")) continue;
    Report report = judge_without_proof(made(fmt::format("colab:gpu:{}", row.date)), {});
    EXPECT_NE(report.verdict, OverallVerdict::blocked) << row.date;
    for (const RankedFinding& ranked : report.findings) EXPECT_EQ(ranked.role, Role::note) << row.date << ' ' << ranked.finding.cause;
    EXPECT_TRUE(report.unexplained.empty()) << row.date << ' ' << join(report.unexplained, "; ");
  }
}

TEST(ColabImages, every_image_without_a_gpu_is_stopped_by_its_type_alone) {
  for (const facts::ColabRelease& row : facts::colab_table())
    for (const char* type : {"cpu", "tpu"}) {
      if (!facts::serves(row, type)) continue;
      Snapshot snapshot = made(fmt::format("colab:{}:{}", type, row.date));
      Report report = judge_without_proof(snapshot, {});
      ASSERT_FALSE(report.findings.empty()) << row.date << ' ' << type;
      EXPECT_EQ(report.findings.front().finding.cause, "colab-runtime-cpu") << row.date << ' ' << type;
      EXPECT_EQ(report.findings.front().role, Role::root);
      for (const RankedFinding& ranked : report.findings)
        EXPECT_TRUE(&ranked == &report.findings.front() || ranked.role == Role::consequence || ranked.role == Role::note)
            << row.date << ' ' << type << ' ' << ranked.finding.cause;
    }
}

TEST(KaggleImages, every_gpu_image_serves_two_t4_as_far_as_its_row_tells) {
  std::size_t images = 0;
  for (const facts::KaggleRelease& row : facts::kaggle_table()) {
    if (row.image != "gpu") continue;
    ++images;
    Snapshot snapshot = made(fmt::format("kaggle:gpu:{}", row.date));
    // Of images that are not built from Colab's the table has no line of a framework's build, its cuDNN and its Python.
    std::set<std::string> open = {"driver-version"};
    if (row.colab_image == "-")
      open.insert({"open-cudart", "open-cudnn", "open-cublas", "open-cublaslt", "open-cufft", "open-curand", "open-cusolver",
                   "open-cusparse", "cuda-build", "architecture"});
    for (const Prediction& prediction : predict_all(snapshot)) {
      EXPECT_TRUE(is_settled(prediction)) << row.date << ' ' << display_name(prediction.framework);
      EXPECT_EQ(join(unsettled(prediction, open), "; "), "")
          << row.date << ' ' << display_name(prediction.framework) << ' ' << prediction.version;
    }
  }
  EXPECT_GT(images, 60u);
}

// Kaggle/kaggle-cli#1151: the P100 cannot run the torch of the default image since that is one for CUDA 12.8.
TEST(KaggleImages, a_p100_is_refused_by_torch_exactly_where_it_is_built_for_cuda_12_8) {
  std::size_t refused = 0, served = 0;
  for (const facts::KaggleRelease& row : facts::kaggle_table()) {
    if (row.image != "gpu" || row.colab_image == "-") continue;
    Snapshot snapshot = made(fmt::format("kaggle:p100:{}", row.date));
    const FrameworkBuild* torch = find_build(snapshot.environments.front(), "torch");
    ASSERT_NE(torch, nullptr) << row.date;
    bool is_for_twelve_eight = torch->version->ends_with("+cu128");
    Report report = judge_without_proof(snapshot, {.frameworks = {"torch"}});
    if (!is_for_twelve_eight) {
      ++served;
      EXPECT_NE(report.verdict, OverallVerdict::blocked) << row.date << ' ' << *torch->version;
      continue;
    }
    ++refused;
    EXPECT_EQ(report.verdict, OverallVerdict::blocked) << row.date;
    ASSERT_FALSE(report.findings.empty()) << row.date;
    EXPECT_EQ(report.findings.front().finding.cause, "gpu-too-old-for-build") << row.date;
    EXPECT_EQ(report.findings.front().role, Role::root) << row.date;
  }
  EXPECT_GE(refused, 3u);
  EXPECT_GE(served, 3u);
}

TEST(KaggleImages, a_cpu_image_is_without_a_gpu) {
  Snapshot snapshot = made("kaggle:cpu");
  Report report = judge_without_proof(snapshot, {});
  EXPECT_EQ(report.verdict, OverallVerdict::blocked);
  for (const Prediction& prediction : report.predictions) EXPECT_TRUE(prediction.sees_gpus.is(std::int64_t{0}));
}

TEST(ByHand, a_known_driver_decides_each_framework_by_its_cuda) {
  Snapshot snapshot = made("gpu=T4,driver=535.104.05,cuda=12.2,cudnn=8.9,python=3.11,os=ubuntu22.04,torch=2.10.0+cu130,tensorflow=2.15.0");
  Report report = judge_without_proof(snapshot, {});
  for (const Prediction& prediction : report.predictions) {
    bool is_torch = prediction.framework == FrameworkKind::torch;
    EXPECT_TRUE(prediction.usable_gpus.is(std::int64_t{is_torch ? 0 : 1})) << display_name(prediction.framework);
  }
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings.front().finding.cause, "driver-too-old");
}

TEST(ByHand, a_cudnn_of_another_major_is_missing_for_tensorflow) {
  Report report = judge_without_proof(made("gpu=T4,driver=550.54.15,cuda=12.5,cudnn=9.2,python=3.11,tensorflow=2.15.0"), {});
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings.front().finding.cause, "cudnn-missing");
  EXPECT_EQ(report.verdict, OverallVerdict::blocked);
}

TEST(ByHand, what_was_not_said_is_unknown_and_nothing_is_claimed_of_it) {
  Report report = judge_without_proof(made("gpu=T4,python=3.11,tensorflow=2.15.0"), {});
  EXPECT_EQ(report.verdict, OverallVerdict::unknown);
  EXPECT_TRUE(report.unexplained.empty());
  for (const RankedFinding& ranked : report.findings) EXPECT_EQ(ranked.role, Role::note) << ranked.finding.cause;
}

TEST(ByHand, a_python_without_a_wheel_is_told_as_such) {
  Report report = judge_without_proof(made("gpu=T4,driver=550.54.15,cuda=12.5,cudnn=8.9,python=3.13,tensorflow=2.15.0"), {});
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings.front().finding.cause, "python-version-unsupported");
  EXPECT_TRUE(report.unexplained.empty()) << join(report.unexplained, "; ");
}

TEST(Targets, the_same_name_makes_the_same_machine) {
  for (const TargetLine& line : list_targets()) EXPECT_EQ(made(line.name), made(line.name)) << line.name;
}

}  // namespace
}  // namespace gpuwhy
