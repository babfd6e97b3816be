#include "facts/facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace gpuwhy::facts {
namespace {

TEST(Facts, as_of_is_a_full_date) {
  EXPECT_EQ(as_of().size(), 10U);
  EXPECT_GE(as_of(), "2026-11-24");
}

TEST(Facts, every_driver_error_is_found_by_its_code) {
  ASSERT_NE(find_driver_error(100), nullptr);
  EXPECT_EQ(find_driver_error(100)->symbol, "CUDA_ERROR_NO_DEVICE");
  EXPECT_EQ(find_driver_error(0)->symbol, "CUDA_SUCCESS");
  EXPECT_EQ(find_driver_error(999)->symbol, "CUDA_ERROR_UNKNOWN");
  EXPECT_FALSE(find_driver_error(999)->meaning.empty());
  EXPECT_EQ(find_driver_error(-1), nullptr);
  EXPECT_EQ(find_driver_error(99), nullptr);
  EXPECT_EQ(find_driver_error(1000), nullptr);
}

TEST(Facts, the_three_apis_do_not_share_codes) {
  EXPECT_EQ(find_nvml_error(9)->symbol, "NVML_ERROR_DRIVER_NOT_LOADED");
  EXPECT_EQ(find_runtime_error(35)->symbol, "cudaErrorInsufficientDriver");
  EXPECT_EQ(find_driver_error(35), nullptr);
}

TEST(Facts, a_card_is_found_by_its_pci_id) {
  const PciDevice* t4 = find_pci_device(0x1eb8);
  ASSERT_NE(t4, nullptr);
  EXPECT_EQ(t4->name, "Tesla T4");
  EXPECT_EQ(t4->compute_capability, "7.5");
  EXPECT_EQ(t4->kernel_modules, "open-or-proprietary");
  EXPECT_EQ(find_pci_device(0x0000), nullptr);
  EXPECT_EQ(find_pci_device(0xffff), nullptr);
}

TEST(Facts, an_old_card_names_its_last_driver_branch) {
  const PciDevice* k80 = find_pci_device(0x102d);
  ASSERT_NE(k80, nullptr);
  EXPECT_EQ(k80->compute_capability, "3.7");
  EXPECT_EQ(k80->last_driver_branch, "470");
}

TEST(Facts, what_nobody_read_is_empty_and_never_a_question_mark) {
  for (const TorchRelease& row : torch_releases()) EXPECT_TRUE(row.sass != "?" && row.ptx != "?" && row.cudnn != "?") << row.release;
  const TorchRelease* unread = find_torch(version("2.6.0"), "cu118", "x86_64");
  ASSERT_NE(unread, nullptr);
  EXPECT_EQ(unread->sass, "");
  EXPECT_EQ(unread->ptx, "");
  EXPECT_EQ(find_tensorflow(version("2.7.0"))->sass, "");
}

TEST(Facts, none_is_not_unknown) { EXPECT_EQ(find_torch(version("2.10.0"), "cu128", "x86_64")->ptx, "-"); }

TEST(Facts, a_driver_branch_knows_its_cuda) {
  ASSERT_NE(find_driver_branch(570), nullptr);
  EXPECT_EQ(find_driver_branch(570)->cuda, 12080);
  EXPECT_EQ(find_driver_branch(390)->cuda, 9010);
  EXPECT_EQ(find_driver_branch(565)->cuda, 12070);
  EXPECT_EQ(find_driver_branch(571), nullptr);
  EXPECT_TRUE(std::ranges::is_sorted(driver_branches(), {}, &DriverBranch::branch));
}

struct MinimumCase {
  const char* cuda;
  const char* native_min;
  const char* family_min;
};

class ToolkitMinimums : public testing::TestWithParam<MinimumCase> {};

TEST_P(ToolkitMinimums, native_and_family_minimum_are_those_of_the_release_notes) {
  const ToolkitMinimum* row = find_toolkit_minimum(cuda_number(version(GetParam().cuda)));
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->native_min, GetParam().native_min);
  EXPECT_EQ(row->family_min, GetParam().family_min);
  EXPECT_FALSE(row->source.empty());
}

INSTANTIATE_TEST_SUITE_P(Releases, ToolkitMinimums,
                         testing::Values(MinimumCase{"13.5", "R620", "580.65.06"}, MinimumCase{"13.2", "595.45.04", "580.65.06"},
                                         MinimumCase{"13.0", "580.65.06", "580.65.06"}, MinimumCase{"12.9", "575.51.03", "525.60.13"},
                                         MinimumCase{"12.8.1", "570.26", "525.60.13"}, MinimumCase{"12.0", "525.60.13", "525.60.13"},
                                         MinimumCase{"11.8", "520.61.05", "450.80.02"}, MinimumCase{"11.0", "450.51.05", "450.80.02"},
                                         MinimumCase{"10.2", "440.33", "440.33"}, MinimumCase{"9.0", "384.81", "384.81"}));

TEST(Facts, a_toolkit_that_was_never_released_has_no_minimum) {
  EXPECT_EQ(find_toolkit_minimum(12070), nullptr);
  EXPECT_EQ(find_toolkit_targets(12070), nullptr);
}

TEST(Facts, a_toolkit_knows_what_it_can_compile_for) {
  ASSERT_NE(find_toolkit_targets(13000), nullptr);
  EXPECT_TRUE(find_toolkit_targets(13000)->sass.starts_with("sm_75,"));
  EXPECT_EQ(find_toolkit_targets(12080)->ptx_isa, "8.7");
}

TEST(Facts, tensorflow_is_found_by_its_very_release_first) {
  EXPECT_EQ(find_tensorflow(version("2.20.0"))->release, "2.20.0");
  EXPECT_EQ(find_tensorflow(version("2.15.0"))->release, "2.15.0");
  EXPECT_EQ(find_tensorflow(version("2.15.0.post1"))->release, "2.15.0.post1");
  EXPECT_EQ(find_tensorflow(version("2.15.1"))->release, "2.15.1");
  EXPECT_EQ(find_tensorflow(version("1.15.5"))->release, "1.15.5");
}

TEST(Facts, tensorflow_falls_back_to_the_newest_patch_of_the_same_minor_release) {
  EXPECT_EQ(find_tensorflow(version("2.15.7"))->release, "2.15.1");
  EXPECT_EQ(find_tensorflow(version("2.18.0rc1"))->release, "2.18.1");
  EXPECT_EQ(find_tensorflow(version("2.20.0+local"))->release, "2.20.0");
  EXPECT_EQ(find_tensorflow(version("2.99.0")), nullptr);
  EXPECT_EQ(find_tensorflow(version("3.20.0")), nullptr);
}

TEST(Facts, torch_is_found_by_minor_release_variant_and_machine) {
  const TorchRelease* row = find_torch(version("2.10.0+cu128"), "cu128", "x86_64");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->cuda, "12.8");
  EXPECT_EQ(row->sass, "70,75,80,86,90,100,120");
  EXPECT_EQ(row->min_driver, "525.60.13");
  EXPECT_TRUE(row->pypi_default_linux);
  EXPECT_EQ(find_torch(version("2.10.1"), "cu128", "aarch64"), nullptr);
  EXPECT_EQ(find_torch(version("2.1.0"), "cu128", "x86_64"), nullptr);
  EXPECT_EQ(find_torch(version("2.15.0"), "cu132", "aarch64")->sass, "80,90,100,110,120");
  EXPECT_EQ(find_torch(version("2.15.0"), "cpu", "x86_64"), nullptr) << "that row is of Windows";
}

TEST(Facts, torch_without_a_variant_is_the_default_of_that_machine) {
  EXPECT_EQ(find_torch(version("2.11.0"), "", "x86_64")->variant, "cu130");
  EXPECT_EQ(find_torch(version("2.10.0"), "", "aarch64")->variant, "cpu");
  EXPECT_EQ(find_torch(version("2.12.0"), "", "aarch64"), nullptr);
}

TEST(Facts, a_remark_behind_a_ptx_number_is_cut) { EXPECT_EQ(find_torch(version("2.9"), "cu130", "x86_64")->ptx, "120"); }

struct WheelCase {
  const char* soname;
  int cuda_major;
  const char* wheel;
  const char* path;
};

class Wheels : public testing::TestWithParam<WheelCase> {};

TEST_P(Wheels, the_wheel_of_a_soname_depends_on_the_cuda_major) {
  const WheelLibrary* row = find_wheel_for(GetParam().soname, GetParam().cuda_major);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->wheel, GetParam().wheel);
  EXPECT_EQ(row->path, GetParam().path);
}

INSTANTIATE_TEST_SUITE_P(
    Sonames, Wheels,
    testing::Values(WheelCase{"libcudnn.so.9", 12, "nvidia-cudnn-cu12", "nvidia/cudnn/lib/libcudnn.so.9"},
                    WheelCase{"libcudnn.so.9", 13, "nvidia-cudnn-cu13", "nvidia/cudnn/lib/libcudnn.so.9"},
                    WheelCase{"libcudnn.so.9", 11, "nvidia-cudnn-cu11", "nvidia/cudnn/lib/libcudnn.so.9"},
                    WheelCase{"libcudnn.so.8", 11, "nvidia-cudnn-cu11", "nvidia/cudnn/lib/libcudnn.so.8"},
                    WheelCase{"libcudnn.so.8", 12, "nvidia-cudnn-cu12", "nvidia/cudnn/lib/libcudnn.so.8"},
                    WheelCase{"libcudnn_graph.so.9", 12, "nvidia-cudnn-cu12", "nvidia/cudnn/lib/libcudnn_graph.so.9"},
                    WheelCase{"libcudnn_engines_precompiled.so.9", 11, "nvidia-cudnn-cu11",
                              "nvidia/cudnn/lib/libcudnn_engines_precompiled.so.9"},
                    WheelCase{"libcudnn_ext.so.9", 13, "nvidia-cudnn-cu13", "nvidia/cudnn/lib/libcudnn_ext.so.9"},
                    WheelCase{"libcudnn_ops_infer.so.8", 12, "nvidia-cudnn-cu12", "nvidia/cudnn/lib/libcudnn_ops_infer.so.8"},
                    WheelCase{"libcudart.so.11.0", 11, "nvidia-cuda-runtime-cu11", "nvidia/cuda_runtime/lib/libcudart.so.11.0"},
                    WheelCase{"libcublas.so.11", 0, "nvidia-cublas-cu11", "nvidia/cublas/lib/libcublas.so.11"},
                    WheelCase{"libcublas.so.13", 13, "nvidia-cublas", "nvidia/cu13/lib/libcublas.so.13"},
                    WheelCase{"libcusparse.so.12", 12, "nvidia-cusparse-cu12", "nvidia/cusparse/lib/libcusparse.so.12"},
                    WheelCase{"libcusparse.so.12", 13, "nvidia-cusparse", "nvidia/cu13/lib/libcusparse.so.12"},
                    WheelCase{"libcurand.so.10", 11, "nvidia-curand-cu11", "nvidia/curand/lib/libcurand.so.10"},
                    WheelCase{"libnccl.so.2", 11, "nvidia-nccl-cu11", "nvidia/nccl/lib/libnccl.so.2"},
                    WheelCase{"libnccl.so.2", 13, "nvidia-nccl-cu13", "nvidia/nccl/lib/libnccl.so.2"},
                    WheelCase{"libnvshmem_host.so.3", 12, "nvidia-nvshmem-cu12", "nvidia/nvshmem/lib/libnvshmem_host.so.3"},
                    WheelCase{"libcusparseLt.so.0", 13, "nvidia-cusparselt-cu13", "nvidia/cusparselt/lib/libcusparseLt.so.0"},
                    WheelCase{"libnccl.so.2", 0, "nvidia-nccl-cu13", "nvidia/nccl/lib/libnccl.so.2"}));

TEST(Facts, no_wheel_brings_the_driver_or_another_majors_library) {
  EXPECT_EQ(find_wheel_for("libcuda.so.1", 0), nullptr);
  EXPECT_EQ(find_wheel_for("libcublas.so.12", 13), nullptr);
  EXPECT_EQ(find_wheel_for("", 0), nullptr);
}

TEST(Facts, cudnn_is_found_by_minor_release_and_cuda_major) {
  EXPECT_EQ(find_cudnn(version("9.10.2.21"), 12)->lowest_cc, "5.0");
  EXPECT_EQ(find_cudnn(version("9.17.1.4"), 12)->lowest_cc, "7.5");
  EXPECT_EQ(find_cudnn(version("9.12.0"), 12)->lowest_cc, "") << "nobody read it";
  EXPECT_EQ(find_cudnn(version("9.1.0"), 13), nullptr);
  EXPECT_EQ(find_cudnn(version("8.9.7"), 12)->soname, "libcudnn.so.8");
}

struct RangeCase {
  const char* wanted;
  const char* range;
  bool inside;
};

class Ranges : public testing::TestWithParam<RangeCase> {};

TEST_P(Ranges, a_version_lies_in_a_range_or_does_not) {
  EXPECT_EQ(is_in_versions(version(GetParam().wanted), GetParam().range), GetParam().inside)
      << GetParam().wanted << " in " << GetParam().range;
}

INSTANTIATE_TEST_SUITE_P(All, Ranges,
                         testing::Values(RangeCase{"2.20.0", "2.20", true}, RangeCase{"2.2.0", "2.20", false},
                                         RangeCase{"2.17.1", "2.15..2.17", true}, RangeCase{"2.15.0rc1", "2.15..2.17", true},
                                         RangeCase{"2.18.0", "2.15..2.17", false}, RangeCase{"2.14.1", "2.15..2.17", false},
                                         RangeCase{"3.0", "2.14..", true}, RangeCase{"2.13.1", "2.14..", false},
                                         RangeCase{"2.16.2", "..2.16", true}, RangeCase{"2.17.0", "..2.16", false},
                                         RangeCase{"2.10.0+cu128", "2.10 (cu128)", true}, RangeCase{"1.0", "any (sub-libraries)", true},
                                         RangeCase{"1.0", "nightly", false}, RangeCase{"1.0", "..", false}, RangeCase{"1.0", "", false}));

TEST(Facts, framework_libraries_name_what_tensorflow_opens) {
  auto rows = framework_libraries();
  EXPECT_TRUE(std::ranges::any_of(rows, [](const FrameworkLibrary& row) {
    return row.framework == "tensorflow" && is_in_versions(version("2.16.1"), row.versions) && row.soname == "libcudnn.so.8";
  }));
}

TEST(Facts, a_release_of_jax_takes_the_row_at_or_before_it) {
  const JaxRelease* row = find_jax(version("0.9.1"), 12);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->release, "0.8.3");
  EXPECT_EQ(row->sass, "50,60,70,80,90,100,120");
  EXPECT_EQ(find_jax(version("0.4.10"), 12), nullptr);
  EXPECT_EQ(find_jax(version("0.7.1"), 13), nullptr);
}

TEST(Facts, a_cell_for_both_plugins_of_jax_is_told_apart) {
  EXPECT_EQ(find_jax(version("0.10.2"), 12)->min_driver, "525");
  EXPECT_EQ(find_jax(version("0.10.2"), 13)->min_driver, "580");
  EXPECT_EQ(find_jax(version("0.10.2"), 13)->min_cc, "7.5");
}

TEST(Facts, code_measured_on_one_plugin_of_jax_says_nothing_of_the_other) {
  EXPECT_EQ(find_jax(version("0.10.2"), 13)->sass, "");
  EXPECT_EQ(find_jax(version("0.12.0.1"), 13)->sass, "75,80,90,100,110,120");
}

TEST(Facts, the_very_version_of_a_package_comes_before_a_range) {
  EXPECT_EQ(find_gpu_package("onnxruntime-gpu", version("1.22.0"))->sass, "60,70,75,80,86,90");
  EXPECT_EQ(find_gpu_package("onnxruntime-gpu", version("1.22.0"))->ptx, "90");
  EXPECT_EQ(find_gpu_package("onnxruntime-gpu", version("1.31.1"))->ptx, "-");
  EXPECT_EQ(find_gpu_package("onnxruntime-gpu", version("1.24.0"))->cuda_major, "12");
}

TEST(Facts, a_package_for_the_cpu_holds_for_every_version) {
  EXPECT_EQ(find_gpu_package("onnxruntime", version("1.17.0"))->gpu, "no");
  EXPECT_EQ(find_gpu_package("onnxruntime-gpu", version("9.0")), nullptr);
  EXPECT_EQ(find_gpu_package("no-such-package", version("1.0")), nullptr);
}

TEST(Facts, variables_of_one_row_are_known_one_by_one) {
  for (const char* name : {"CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTORCH_ALLOC_CONF", "WSL_INTEROP"})
    EXPECT_TRUE(is_known_variable(name)) << name;
  for (const char* name : {"AWS_SECRET_ACCESS_KEY", "HOME", "", "CUDA", "cuda_visible_devices"})
    EXPECT_FALSE(is_known_variable(name)) << name;
  EXPECT_TRUE(std::ranges::is_sorted(known_variables()));
}

}  // namespace
}  // namespace gpuwhy::facts
