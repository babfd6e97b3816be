// Verdicts from the binaries: the lists are those of real wheels (tests/wheels reads them again), a container list a line.
#include <gtest/gtest.h>

#include "base/text.h"
#include "frameworks/architecture.h"
#include "frameworks/common/gates.h"

namespace gpuwhy {
namespace {

struct Row {
  std::uint64_t containers;
  std::string_view images;
  std::string_view ptx_isa;
};

CodeLibrary library(std::vector<Row> rows, bool union_only = false) {
  std::vector<CodeGroup> groups;
  for (const Row& row : rows) {
    CodeGroup group{.images = {}, .ptx_isa = std::string(row.ptx_isa), .containers = row.containers};
    for (std::string_view image : split(row.images, ' ')) group.images.emplace_back(image);
    groups.push_back(std::move(group));
  }
  return {.path = "/site/lib.so", .groups = Fact<std::vector<CodeGroup>>::known(std::move(groups)), .union_only = union_only};
}

CodeLibrary torch_2_10() {
  return library({{394, "sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120", ""},
                  {58, "sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_100a sm_120", ""},
                  {2, "sm_70 sm_75 sm_80 sm_86 sm_90 sm_90a sm_100 sm_120", ""},
                  {1, "sm_70 sm_75 sm_80 sm_86 sm_89 sm_90 sm_90a sm_100 sm_100a sm_120 sm_120a", ""},
                  {1, "sm_70 sm_75 sm_80 sm_86 sm_90 sm_90a sm_100 sm_100a sm_120", ""}});
}

CodeLibrary tensorflow_2_20() {
  return library({{1149, "compute_90 sm_60 sm_70 sm_80 sm_89", "8.5"}, {248, "compute_90 sm_60 sm_70 sm_80 sm_89 sm_90", "8.3"}});
}

CodeLibrary onnxruntime_1_31() {
  return library({{292, "sm_90a", ""},
                  {217, "sm_75 sm_80 sm_86 sm_89 sm_90a sm_120a", ""},
                  {91, "sm_80 sm_86 sm_89 sm_90a sm_120a", ""},
                  {9, "sm_120a", ""}});
}

CodeSupport support(const CodeLibrary& of, std::string_view capability, int driver_cuda = 0) {
  return judge_library(of, capability, driver_cuda).support;
}

TEST(ArchitectureBinaries, the_base_set_of_torch_is_what_its_get_arch_list_says) {
  EXPECT_EQ(join(base_set(*torch_2_10().groups), " "), "sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120");
}

TEST(ArchitectureBinaries, the_base_set_of_tensorflow_is_that_of_its_build_info) {
  EXPECT_EQ(join(base_set(*tensorflow_2_20().groups), " "), "sm_60 sm_70 sm_80 sm_89 compute_90");
}

TEST(ArchitectureBinaries, kernels_for_one_chip_are_not_in_the_base_set) {
  EXPECT_EQ(join(base_set(*onnxruntime_1_31().groups), " "), "sm_75 sm_80 sm_86 sm_89 sm_90a sm_120a");
}

TEST(ArchitectureBinaries, torch_serves_the_cards_of_its_list_and_no_p100) {
  EXPECT_EQ(support(torch_2_10(), "6.0"), CodeSupport::none);
  EXPECT_EQ(judge_library(torch_2_10(), "6.0", 0).gap, CodeGap::gpu_too_old);
  EXPECT_EQ(judge_library(torch_2_10(), "13.0", 0).gap, CodeGap::gpu_too_new);
  for (std::string_view served : {"7.0", "7.5", "8.0", "8.6", "8.9", "9.0", "10.0", "12.0", "12.1"})
    EXPECT_EQ(support(torch_2_10(), served), CodeSupport::native) << served;
}

TEST(ArchitectureBinaries, an_image_in_one_container_of_many_does_not_serve_a_card) {
  CodeLibrary mostly_old = library({{455, "sm_70 sm_80", ""}, {1, "sm_70 sm_80 sm_120", ""}});
  EXPECT_EQ(support(mostly_old, "12.0"), CodeSupport::none);
}

TEST(ArchitectureBinaries, tensorflow_on_an_h100_is_compiled_although_some_containers_have_its_code) {
  CodeVerdict verdict = judge_library(tensorflow_2_20(), "9.0", 12080);
  EXPECT_EQ(verdict.support, CodeSupport::jit_from_ptx);
  EXPECT_EQ(verdict.image, "compute_90");
  EXPECT_EQ(verdict.ptx_isa, "8.5");
  EXPECT_EQ(verdict.compiled, 1149u);
  EXPECT_EQ(verdict.containers, 1397u);
  EXPECT_EQ(support(tensorflow_2_20(), "8.9", 12080), CodeSupport::native);
}

TEST(ArchitectureBinaries, ptx_needs_a_driver_of_its_own_cuda) {
  EXPECT_EQ(support(tensorflow_2_20(), "12.0", 12050), CodeSupport::jit_from_ptx);
  CodeVerdict refused = judge_library(tensorflow_2_20(), "9.0", 12020);
  EXPECT_EQ(refused.support, CodeSupport::none);
  EXPECT_EQ(refused.gap, CodeGap::ptx_too_new);
  EXPECT_EQ(refused.ptx_isa, "8.5");
  EXPECT_EQ(support(tensorflow_2_20(), "8.9", 12020), CodeSupport::native);
}

TEST(ArchitectureBinaries, a_minority_of_newer_kernels_does_not_take_the_card_away) {
  CodeVerdict t4 = judge_library(onnxruntime_1_31(), "7.5", 0);
  EXPECT_EQ(t4.support, CodeSupport::native);
  EXPECT_EQ(t4.lacking, 91u);
  EXPECT_EQ(t4.containers, 308u);
}

TEST(ArchitectureBinaries, code_for_one_chip_does_not_serve_its_sister) {
  EXPECT_EQ(support(onnxruntime_1_31(), "12.0"), CodeSupport::native);
  EXPECT_EQ(support(onnxruntime_1_31(), "12.1"), CodeSupport::none);
  EXPECT_EQ(support(onnxruntime_1_31(), "10.0"), CodeSupport::none);
}

TEST(ArchitectureBinaries, libraries_that_share_kernels_out_are_judged_by_all_containers_together) {
  CodeLibrary shared = library({{300, "sm_80", ""}, {1, "sm_120", ""}}, true);
  EXPECT_EQ(support(shared, "12.0"), CodeSupport::native);
  EXPECT_EQ(support(shared, "7.5"), CodeSupport::none);
}

TEST(ArchitectureBinaries, ir_for_the_linker_serves_nobody) {
  EXPECT_EQ(support(library({{5, "lto_75", ""}}), "7.5"), CodeSupport::unknown);
}

TEST(ArchitectureBinaries, the_cuda_of_a_ptx_version) {
  EXPECT_EQ(cuda_of_ptx("8.5"), 12050);
  EXPECT_EQ(cuda_of_ptx("8.7"), 12080);
  EXPECT_EQ(cuda_of_ptx("8.6"), 12070);  // of a toolkit that was never released
  EXPECT_EQ(cuda_of_ptx("9.0"), 13000);
  EXPECT_EQ(cuda_of_ptx("6.5"), 0);  // older than every driver that matters
  EXPECT_EQ(cuda_of_ptx(""), 0);
  EXPECT_GT(cuda_of_ptx("99.0"), 13000);
}

FrameworkBuild build(std::vector<CodeLibrary> libraries) {
  FrameworkBuild result;
  result.framework = FrameworkKind::torch;
  result.code = std::move(libraries);
  return result;
}

DriverAnswers two_cards() {
  DriverAnswers driver;
  driver.version = Fact<std::int64_t>::known(12040);
  driver.devices = Fact<std::vector<CudaDevice>>::known({{.name = "Tesla P100", .pci_address = "", .compute_capability = "6.0"},
                                                         {.name = "H100", .pci_address = "", .compute_capability = "9.0"}});
  return driver;
}

TEST(ArchitectureGate, mixed_cards_are_judged_one_by_one_and_the_usable_ones_counted) {
  DriverAnswers driver = two_cards();
  auto answer = frameworks::architecture_gate(&driver, build({torch_2_10()}), {}, "");
  EXPECT_EQ(answer.gate.state, GateState::degraded);
  EXPECT_TRUE(answer.usable.is(std::int64_t{1}));
  EXPECT_NE(answer.gate.summary.find("Tesla P100 (compute capability 6.0)"), std::string::npos) << answer.gate.summary;
  EXPECT_EQ(answer.gate.summary.find("H100 "), std::string::npos) << answer.gate.summary;
  ASSERT_EQ(answer.verdicts.size(), 2u);
  EXPECT_EQ(answer.verdicts[1].support, CodeSupport::native);
}

TEST(ArchitectureGate, the_binaries_win_over_the_words_of_the_build) {
  DriverAnswers driver = two_cards();
  auto answer = frameworks::architecture_gate(&driver, build({torch_2_10()}), {"sm_60", "sm_90"}, "facts");
  EXPECT_TRUE(answer.usable.is(std::int64_t{1}));
  EXPECT_EQ(answer.gate.evidence.back().locator, "/site/lib.so");
}

TEST(ArchitectureGate, without_binaries_the_words_of_the_build_decide) {
  DriverAnswers driver = two_cards();
  auto answer = frameworks::architecture_gate(&driver, build({}), {"sm_60", "sm_90"}, "facts");
  EXPECT_TRUE(answer.usable.is(std::int64_t{2}));
  EXPECT_EQ(answer.gate.evidence.back().locator, "facts");
}

TEST(ArchitectureGate, a_damaged_library_is_no_verdict) {
  DriverAnswers driver = two_cards();
  CodeLibrary damaged{.path = "/site/lib.so", .groups = Fact<std::vector<CodeGroup>>::unknown(Why::malformed, "lib.so is damaged")};
  auto answer = frameworks::architecture_gate(&driver, build({damaged}), {"sm_60", "sm_90"}, "facts");
  EXPECT_EQ(answer.gate.state, GateState::unknown);
  EXPECT_EQ(answer.gate.summary, "lib.so is damaged");
  EXPECT_TRUE(answer.usable.is_unknown());
}

TEST(ArchitectureGate, a_framework_that_compiles_at_run_time_can_use_every_card) {
  DriverAnswers driver = two_cards();
  auto answer = frameworks::architecture_gate(&driver, build({torch_2_10()}), {}, "", frameworks::Kernels::compiled_at_run_time);
  EXPECT_EQ(answer.gate.state, GateState::degraded);
  EXPECT_TRUE(answer.usable.is(std::int64_t{2}));
}

}  // namespace
}  // namespace gpuwhy
