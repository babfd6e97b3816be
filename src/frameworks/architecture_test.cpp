#include "frameworks/architecture.h"

#include <gtest/gtest.h>

#include <ostream>

namespace gpuwhy {
namespace {

using enum CodeSupport;

struct Case {
  const char* claim;
  std::vector<std::string> images;
  const char* capability;
  CodeVerdict expected;
};

void PrintTo(const Case& value, std::ostream* out) { *out << value.claim; }

class JudgeCode : public testing::TestWithParam<Case> {};

TEST_P(JudgeCode, gives_the_expected_verdict) {
  CodeVerdict verdict = judge_code(GetParam().images, GetParam().capability);
  EXPECT_EQ(verdict.support, GetParam().expected.support) << GetParam().claim;
  EXPECT_EQ(verdict.gap, GetParam().expected.gap) << GetParam().claim;
  EXPECT_EQ(verdict.image, GetParam().expected.image) << GetParam().claim;
}

const std::vector<std::string> torch_cu128 = {"sm_70", "sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120"};
const std::vector<std::string> tensorflow_2_20 = {"sm_60", "sm_70", "sm_80", "sm_89", "sm_90", "compute_90"};

INSTANTIATE_TEST_SUITE_P(
    Rules, JudgeCode,
    testing::Values(Case{"a P100 is too old for torch cu128", torch_cu128, "6.0", {none, CodeGap::gpu_too_old, ""}},
                    Case{"a T4 runs its own code", torch_cu128, "7.5", {native, CodeGap::no, "sm_75"}},
                    Case{"an RTX 4070 runs sm_86", torch_cu128, "8.9", {native, CodeGap::no, "sm_86"}},
                    Case{"a GB10 runs sm_120", torch_cu128, "12.1", {native, CodeGap::no, "sm_120"}},
                    Case{"TensorFlow 2.20 compiles PTX for Blackwell", tensorflow_2_20, "12.1", {jit_from_ptx, CodeGap::no, "compute_90"}},
                    Case{"TensorFlow 2.20 runs sm_70 on a T4", tensorflow_2_20, "7.5", {native, CodeGap::no, "sm_70"}},
                    Case{"SASS never runs on another major", {"sm_86"}, "9.0", {none, CodeGap::gpu_too_new, ""}},
                    Case{"SASS never runs on a smaller minor", {"sm_86"}, "8.0", {none, CodeGap::gpu_too_old, ""}},
                    Case{"images on both sides leave a gap", {"sm_75", "sm_86"}, "8.0", {none, CodeGap::between, ""}},
                    Case{"'a' code is for that chip only", {"sm_120a"}, "12.1", {none, CodeGap::gpu_too_new, ""}},
                    Case{"'a' code runs on its chip", {"sm_90", "sm_90a"}, "9.0", {native, CodeGap::no, "sm_90a"}},
                    Case{"'f' code runs in its family", {"sm_100f"}, "10.3", {native, CodeGap::no, "sm_100f"}},
                    Case{"'f' code does not leave its family", {"sm_100f"}, "12.0", {none, CodeGap::gpu_too_new, ""}},
                    Case{"PTX runs on everything newer", {"compute_50"}, "12.0", {jit_from_ptx, CodeGap::no, "compute_50"}},
                    Case{"PTX does not run on anything older", {"compute_80"}, "7.5", {none, CodeGap::gpu_too_old, ""}},
                    Case{"the newest PTX that fits is taken",
                         {"compute_50", "compute_80", "compute_90"},
                         "8.6",
                         {jit_from_ptx, CodeGap::no, "compute_80"}},
                    Case{"PTX with 'a' is exact", {"compute_90a"}, "10.0", {none, CodeGap::gpu_too_new, ""}},
                    Case{"PTX with 'f' stays in its family", {"compute_100f"}, "12.0", {none, CodeGap::gpu_too_new, ""}},
                    Case{"SASS beats PTX", {"compute_80", "sm_80"}, "8.0", {native, CodeGap::no, "sm_80"}}));

INSTANTIATE_TEST_SUITE_P(
    NotKnowing, JudgeCode,
    testing::Values(Case{"no list", {}, "8.0", {}}, Case{"no capability", torch_cu128, "", {}},
                    Case{"a capability that is none", torch_cu128, "8", {}}, Case{"a capability with words", torch_cu128, "8.x", {}},
                    Case{"an image that cannot be read might run", {"sm_80", "lto_90"}, "9.0", {}},
                    Case{"a known image that runs settles it", {"sm_90", "lto_90"}, "9.0", {native, CodeGap::no, "sm_90"}},
                    Case{"unread PTX might help a newer GPU", {"sm_80", "compute_?"}, "12.0", {}},
                    Case{"unread PTX cannot help an older GPU", {"sm_80", "compute_?"}, "6.0", {none, CodeGap::gpu_too_old, ""}},
                    Case{"only unread PTX", {"compute_?"}, "6.0", {}}));

TEST(Architecture, an_image_name_is_read_whole_or_not_at_all) {
  EXPECT_EQ(parse_code_image("sm_120"), (CodeImage{CodeKind::sass, {12, 0}, CodeScope::forward}));
  EXPECT_EQ(parse_code_image("sm_90a"), (CodeImage{CodeKind::sass, {9, 0}, CodeScope::exact}));
  EXPECT_EQ(parse_code_image("compute_103f"), (CodeImage{CodeKind::ptx, {10, 3}, CodeScope::family}));
  for (const char* text :
       {"", "sm_", "sm_a", "sm_8", "sm_08", "sm_1200", "sm_80b", "sm_80af", "SM_80", "gfx90a", "compute_", "sm_-8", "compute_?"})
    EXPECT_EQ(parse_code_image(text), std::nullopt) << text;
}

TEST(Architecture, a_capability_is_major_dot_minor) {
  EXPECT_EQ(parse_compute_capability("12.1"), (ComputeCapability{12, 1}));
  for (const char* text : {"", ".", "8.", ".9", "8.10", "0.0", "100.0", "8,9", " 8.9", "-8.9"})
    EXPECT_EQ(parse_compute_capability(text), std::nullopt) << text;
}

TEST(Architecture, the_cells_of_the_facts_become_a_list) {
  using Images = std::vector<std::string>;
  EXPECT_EQ(code_images_from_facts("60,70", "90"), (Images{"sm_60", "sm_70", "compute_90"}));
  EXPECT_EQ(code_images_from_facts("90a", "-"), (Images{"sm_90a"}));
  EXPECT_EQ(code_images_from_facts("75,80", ""), (Images{"sm_75", "sm_80", "compute_?"}));
  EXPECT_EQ(code_images_from_facts("", ""), Images{});
  EXPECT_EQ(code_images_from_facts("", "90"), Images{});
  EXPECT_EQ(code_images_from_facts("-", "-"), Images{});
}

}  // namespace
}  // namespace gpuwhy
