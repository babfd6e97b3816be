#include "engine/company.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/judge.h"
#include "support/collected.h"

namespace gpuwhy {
namespace {

Package package(std::string name, std::string version, std::string variant, std::vector<std::string> requires_dist = {}) {
  Package made;
  made.name = std::move(name);
  made.version = std::move(version);
  made.variant = std::move(variant);
  made.requires_dist = std::move(requires_dist);
  return made;
}

Report with_riders(std::vector<Package> packages, std::vector<RankedFinding> findings = {}) {
  FrameworkBuild torch;
  torch.framework = FrameworkKind::torch;
  torch.version = Fact<std::string>::known("2.10.0+cu128");
  torch.accelerator = Fact<Accelerator>::known(Accelerator::cuda);
  torch.cuda_version = Fact<std::string>::known("12.8");
  PythonEnvironment environment;
  environment.frameworks = {torch};
  environment.packages = Fact<std::vector<Package>>::known(std::move(packages));
  Snapshot snapshot;
  snapshot.environments = {environment};
  Report report;
  report.findings = std::move(findings);
  add_riders(snapshot, {0}, report);
  return report;
}

TEST(AddRiders, those_that_fit_and_those_that_say_nothing_are_listed_without_a_remark) {
  Report report = with_riders({package("torchvision", "0.25.0", "cu126", {"torch==2.10.0"}), package("triton", "3.6.0", ""),
                               package("bitsandbytes", "0.49.0", "cu118,cu124"), package("numpy", "2.3.0", "")});
  EXPECT_EQ(report.riders.size(), 3U);
  EXPECT_TRUE(report.remarks.empty()) << report.remarks.front();
}

TEST(AddRiders, a_build_for_the_cpu_for_another_cuda_or_for_another_torch_is_a_remark) {
  EXPECT_EQ(with_riders({package("torchvision", "0.25.0", "cpu")}).remarks,
            std::vector<std::string>{"torchvision 0.25.0 is a build for the CPU beside PyTorch 2.10.0+cu128 for CUDA 12"});
  EXPECT_EQ(with_riders({package("torchaudio", "2.10.0", "cu130")}).remarks,
            std::vector<std::string>{"torchaudio 2.10.0 is built for CUDA 13, PyTorch 2.10.0+cu128 for CUDA 12"});
  EXPECT_EQ(with_riders({package("torchvision", "0.22.1", "cu128", {"torch (==2.7.1)"})}).remarks,
            std::vector<std::string>{"torchvision 0.22.1 is made for PyTorch 2.7.1; here is PyTorch 2.10.0+cu128"});
}

TEST(AddRiders, what_a_cause_has_found_is_not_said_again) {
  RankedFinding found;
  found.finding.cause = "framework-plugin-mismatch";
  EXPECT_TRUE(with_riders({package("torchvision", "0.25.0", "cpu")}, {found}).remarks.empty());
}

Report judge_text(const std::string& text) {
  auto snapshot = testing::collect_manifest_text(text, "test", std::string(GPUWHY_SOURCE) + "/tests/machines/healthy-running-process");
  EXPECT_TRUE(snapshot) << (snapshot ? "" : snapshot.error().message);
  return snapshot ? judge(*snapshot, {}) : Report();
}

TEST(AddObservedProcess, a_copy_that_a_new_process_would_not_map_is_told) {
  Report report = judge_text(R"(include machine.manifest
file /proc/4242/maps size=0 <<END
7f00-7f01 r-xp 00000000 08:01 9 /home/jonas/ml/.venv/lib/python3.11/site-packages/torch/lib/libtorch_cuda.so
7f01-7f02 r-xp 00000000 08:01 9 /opt/other/libcudnn.so.9.1.0
END
)");
  ASSERT_TRUE(report.process);
  ASSERT_EQ(report.process->differences.size(), 1U);
  EXPECT_EQ(report.process->differences.front(),
            "really mapped: /opt/other/libcudnn.so.9.1.0; a new process would map "
            "/home/jonas/ml/.venv/lib/python3.11/site-packages/nvidia/cudnn/lib/libcudnn.so.9");
}

TEST(AddObservedProcess, a_process_that_maps_what_a_new_one_would_has_no_difference) {
  Report report = judge_text("include machine.manifest\n");
  ASSERT_TRUE(report.process);
  EXPECT_TRUE(report.process->differences.empty());
  EXPECT_EQ(report.process->device_files, (std::vector<std::string>{"/dev/nvidia-uvm", "/dev/nvidia0", "/dev/nvidiactl"}));
}

TEST(AddSharedProcess, a_framework_that_is_not_installed_is_named_and_left_out) {
  Report report = judge_text("include machine.manifest\nasked import-order=jax,torch pid=4242\n");
  EXPECT_FALSE(report.shared_process);
  EXPECT_TRUE(std::ranges::find(report.remarks, "--import-order: JAX is not installed in this environment") != report.remarks.end());
}

TEST(AddSharedProcess, each_framework_gets_the_copy_of_the_first) {
  auto snapshot = testing::collect_manifest(std::string(GPUWHY_SOURCE) + "/tests/machines/two-frameworks-in-one-process/machine.manifest");
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  Report report = judge(*snapshot, {});
  ASSERT_TRUE(report.shared_process);
  EXPECT_EQ(report.shared_process->order, (std::vector<std::string>{"tensorflow", "torch"}));
  int cudnn = 0;
  for (const LibraryCopy& copy : report.shared_process->libraries) {
    if (copy.library != "libcudnn.so.9") continue;
    ++cudnn;
    EXPECT_EQ(copy.path, "/opt/cudnn-9.5/lib/libcudnn.so.9");
    EXPECT_EQ(copy.version, "9.5.0");
    EXPECT_EQ(copy.brought_by, "tensorflow");
  }
  EXPECT_EQ(cudnn, 2);
}

}  // namespace
}  // namespace gpuwhy
