#include "engine/project.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "engine/judge.h"
#include "engine/target.h"
#include "frameworks/predict.h"

namespace gpuwhy {
namespace {

Snapshot laid(std::string_view target, const std::string& file, std::string_view bytes) {
  auto snapshot = make_target(target);
  EXPECT_TRUE(snapshot) << target;
  auto project = read_project(file, bytes);
  EXPECT_TRUE(project) << file << ": " << (project ? "" : project.error().message);
  if (!snapshot || !project) return {};
  lay_over(*project, *snapshot);
  return std::move(*snapshot);
}

bool says(const Snapshot& snapshot, std::string_view words) {
  return std::ranges::any_of(snapshot.environments.front().notes, [&](const std::string& note) { return note.contains(words); });
}

std::string version_of(const Snapshot& snapshot, std::string_view framework) {
  const FrameworkBuild* build = find_build(snapshot.environments.front(), framework);
  return build && build->version.is_known() ? *build->version : "";
}

std::string root_of(const Snapshot& snapshot) {
  Report report = judge_without_proof(snapshot, {});
  return report.findings.empty() ? "" : report.findings.front().finding.cause;
}

TEST(Requirements, what_pip_would_replace_is_told_with_both_versions) {
  Snapshot snapshot = laid("colab:2026.07", "requirements.txt", "torch==2.10.0\njax\n");
  EXPECT_TRUE(says(snapshot, "pip would replace torch 2.11.0+cu128")) << join(snapshot.environments.front().notes, "\n");
  EXPECT_TRUE(says(snapshot, "jax 0.7.2 of the image of colab:2026.07 stays"));
  EXPECT_EQ(version_of(snapshot, "torch"), "2.10.0");
  EXPECT_EQ(version_of(snapshot, "tensorflow"), "2.20.0");
}

TEST(Requirements, what_satisfies_stays_with_its_build) {
  Snapshot snapshot = laid("colab:2026.07", "requirements.txt", "torch>=2.1,<3\ntensorflow==2.20\n");
  EXPECT_EQ(version_of(snapshot, "torch"), "2.11.0+cu128");
  EXPECT_EQ(version_of(snapshot, "tensorflow"), "2.20.0");
}

TEST(Requirements, an_index_of_torch_decides_which_build_it_is) {
  Snapshot snapshot = laid("colab:p100", "requirements.txt", "--index-url https://download.pytorch.org/whl/cu126\ntorch==2.10.0\n");
  EXPECT_EQ(version_of(snapshot, "torch"), "2.10.0+cu126");
  EXPECT_NE(root_of(snapshot), "gpu-too-old-for-build");
}

TEST(Requirements, a_build_without_code_for_the_card_is_found_before_anything_is_installed) {
  EXPECT_EQ(root_of(laid("colab:p100:2026.01", "requirements.txt", "torch==2.10.0\n")), "gpu-too-old-for-build");
  EXPECT_EQ(root_of(laid("gpu=P100,driver=570.124.06,python=3.12", "r.txt", "torch==2.10.0\n")), "gpu-too-old-for-build");
}

TEST(Requirements, cuda_of_another_major_needs_another_driver) {
  EXPECT_EQ(root_of(laid("gpu=T4,driver=535.104.05,python=3.12", "r.txt", "torch==2.12.0\n")), "driver-too-old");
}

TEST(Requirements, a_release_without_a_wheel_for_this_python_is_the_cause) {
  EXPECT_EQ(root_of(laid("colab:gpu", "requirements.txt", "tensorflow==2.15.0\n")), "python-version-unsupported");
}

TEST(Requirements, links_includes_and_markers_are_said_and_not_dropped) {
  Snapshot snapshot = laid("colab:gpu", "requirements.txt",
                           "git+https://e.org/a.git\n-r more.txt\ntorch==2.10.0 ; sys_platform == \"win32\"\njax ; extra == 'gpu' or x\n");
  EXPECT_TRUE(says(snapshot, "not resolved: a link"));
  EXPECT_TRUE(says(snapshot, "not resolved: an include"));
  EXPECT_TRUE(says(snapshot, "torch is left out here by its marker"));
  EXPECT_TRUE(says(snapshot, "not resolved: the marker of jax"));
  EXPECT_EQ(version_of(snapshot, "torch"), "2.11.0+cu128");
}

TEST(Requirements, a_marker_about_python_is_evaluated_against_the_target) {
  Snapshot old = laid("colab:2023-12-12", "r.txt", "torch==2.2.0 ; python_version < \"3.12\"\n");
  EXPECT_EQ(version_of(old, "torch"), "2.2.0");
  Snapshot later = laid("colab:gpu", "r.txt", "torch==2.2.0 ; python_version < \"3.12\"\n");
  EXPECT_EQ(version_of(later, "torch"), "2.11.0+cu128");
}

TEST(Requirements, the_extra_and_cuda_brings_its_own_libraries) {
  Snapshot bare = laid("gpu=T4,driver=550.54.15,cuda=11.8,cudnn=8.7,python=3.12", "r.txt", "tensorflow==2.20.0\n");
  EXPECT_EQ(root_of(bare), "cuda-libs-missing");
  Snapshot with_wheels = laid("gpu=T4,driver=550.54.15,cuda=11.8,cudnn=8.7,python=3.12", "r.txt", "tensorflow[and-cuda]==2.20.0\n");
  Report report = judge_without_proof(with_wheels, {});
  EXPECT_EQ(report.verdict, OverallVerdict::usable) << (report.findings.empty() ? "" : report.findings.front().finding.headline);
}

constexpr std::string_view lock = R"(version = 1
requires-python = ">=3.12"

[[package]]
name = "torch"
version = "2.10.0"
source = { registry = "https://e.org/i" }
wheels = [
    { url = "https://e.org/torch-2.10.0-cp312-cp312-manylinux_2_28_x86_64.whl", hash = "sha256:aa" },
]
)";

TEST(Lock, a_list_that_is_whole_lacks_what_it_does_not_name) {
  EXPECT_EQ(root_of(laid("gpu=T4,driver=570.124.06,python=3.12,glibc=2.35", "uv.lock", lock)), "cuda-libs-missing");
}

TEST(Lock, its_wheels_tell_the_oldest_c_library) {
  EXPECT_EQ(root_of(laid("gpu=T4,driver=570.124.06,python=3.12,glibc=2.27", "uv.lock", lock)), "glibc-too-old");
}

TEST(Lock, another_python_is_told) { EXPECT_TRUE(says(laid("colab:2023-12-12", "uv.lock", lock), "asks for Python >=3.12")); }

TEST(CondaEnvironment, it_brings_its_own_python_and_build) {
  Snapshot snapshot = laid("gpu=T4,driver=550.54.15", "environment.yml",
                           "dependencies:\n  - python=3.11\n  - pytorch=2.5.1=py3.11_cuda12.4_cudnn9_0\n  - pip:\n      - numpy\n");
  EXPECT_TRUE(snapshot.environments.front().version.is("3.11"));
  EXPECT_EQ(judge_without_proof(snapshot, {}).verdict, OverallVerdict::usable);
}

TEST(Dockerfile, its_base_image_takes_the_place_of_the_targets) {
  Snapshot snapshot = laid("gpu=P100,driver=570.124.06", "Dockerfile", "FROM pytorch/pytorch:2.10.0-cuda12.8-cudnn9-runtime\n");
  EXPECT_EQ(root_of(snapshot), "gpu-too-old-for-build");
  EXPECT_TRUE(says(snapshot, "it takes the GPU and the driver alone"));
}

std::string notebook(std::string_view metadata, std::string_view source) {
  return std::string(R"({"nbformat": 4, "nbformat_minor": 5, "metadata": {)") + std::string(metadata) +
         R"(}, "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": [)" + std::string(source) + "]}]}";
}

TEST(Notebook, metadata_without_an_accelerator_is_told_on_a_gpu_target) {
  EXPECT_TRUE(says(laid("colab:t4", "x.ipynb", notebook("", "\"import torch\"")), "asks for no accelerator"));
  EXPECT_TRUE(says(laid("colab:t4", "x.ipynb", notebook(R"("accelerator": "GPU", "colab": {"gpuType": "T4"})", "\"import torch\"")),
                   "asks for a GPU (T4)"));
}

TEST(Notebook, a_cell_that_hides_every_card_is_the_cause) {
  Snapshot snapshot =
      laid("colab:2023-12-12", "x.ipynb", notebook(R"("accelerator": "GPU")", R"("os.environ['CUDA_VISIBLE_DEVICES'] = '-1'")"));
  EXPECT_EQ(root_of(snapshot), "visible-devices-hidden");
}

TEST(Notebook, a_cell_that_installs_another_framework_is_laid_over) {
  Snapshot snapshot = laid("colab:t4", "x.ipynb", notebook(R"("accelerator": "GPU")", R"("!pip install -q torch==2.10.0\n", "x = 1")"));
  EXPECT_EQ(version_of(snapshot, "torch"), "2.10.0");
}

TEST(Notebook, the_cpu_as_a_fallback_is_not_called_forced) {
  std::string chooses = R"x("d = torch.device('cuda' if torch.cuda.is_available() else 'cpu')")x";
  EXPECT_FALSE(says(laid("colab:t4", "x.ipynb", notebook("", chooses)), "keeps work on the CPU"));
  EXPECT_TRUE(says(laid("colab:t4", "x.ipynb", notebook("", R"x("d = torch.device('cpu')")x")), "keeps work on the CPU"));
}

TEST(Environment, its_packages_move_and_the_driver_of_the_target_stays) {
  auto here = make_target("gpu=RTX 4090,driver=580.95.05,python=3.12,torch=2.10.0+cu130"),
       there = make_target("gpu=T4,driver=535.104.05,cuda=12.2");
  ASSERT_TRUE(here && there);
  lay_over(here->environments.front(), *there);
  EXPECT_EQ(version_of(*there, "torch"), "2.10.0+cu130");
  EXPECT_EQ(root_of(*there), "driver-too-old");
}

TEST(Project, what_is_no_project_is_refused_with_its_name) {
  EXPECT_FALSE(read_project("x.bin", ""));
  EXPECT_FALSE(read_project("uv.lock", "nothing"));
  EXPECT_FALSE(read_project("x.ipynb", "hello"));
  EXPECT_FALSE(read_project("environment.yml", "a:\n\t- b\n"));
}

TEST(Project, hostile_bytes_leave_the_target_as_it_was) {
  std::string binary("\xff\xfe\0\x01[[[{{{\"'", 13);
  for (const char* name : {"requirements.txt", "pyproject.toml", "Dockerfile"}) {
    auto project = read_project(name, binary);
    ASSERT_TRUE(project) << name;
    EXPECT_TRUE(project->requirements.empty()) << name;
  }
  EXPECT_EQ(version_of(laid("colab:2026.07", "requirements.txt", binary), "torch"), "2.11.0+cu128");
}

}  // namespace
}  // namespace gpuwhy
