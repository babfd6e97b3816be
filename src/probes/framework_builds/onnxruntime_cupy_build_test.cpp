#include <gtest/gtest.h>

#include "probes/framework_builds/builds.h"
#include "probes/framework_builds/extension_module.h"
#include "python/fake_files.h"
#include "support/elf_writer.h"

namespace gpuwhy {
namespace {

using gpuwhy::testing::FakeFiles;

const std::string packages_folder = "/v/lib/python3.12/site-packages/";

Package installed(const std::string& name, const std::string& version, std::optional<std::int64_t> at = std::nullopt) {
  Package package;
  package.name = name;
  package.version = version;
  package.location = packages_folder + name + "-" + version + ".dist-info";
  package.installer = "pip";
  if (at) package.installed_at = Fact<std::int64_t>::known(*at);
  return package;
}

PythonEnvironment with_packages(std::vector<Package> packages) {
  PythonEnvironment environment;
  environment.prefix = "/v";
  environment.version = Fact<std::string>::known("3.12");
  environment.search_path = Fact<std::vector<std::string>>::known({"/v/lib/python3.12/site-packages"});
  environment.packages = Fact<std::vector<Package>>::known(std::move(packages));
  return environment;
}

constexpr const char* gpu_words = "package_name = 'onnxruntime-gpu'\n__version__ = '1.31.1'\ncuda_version = '13.0'\n";
constexpr const char* cpu_words = "package_name = 'onnxruntime'\n__version__ = '1.32.0'\n";
const std::string capi = packages_folder + "onnxruntime/capi/";

FakeFiles onnxruntime_files(const std::string& words, bool provider) {
  FakeFiles machine;
  std::string library = gpuwhy::testing::make_elf({});
  machine.file(packages_folder + "onnxruntime/__init__.py", "").file(capi + "build_and_package_info.py", words);
  machine.file(capi + "onnxruntime_pybind11_state.cpython-312-x86_64-linux-gnu.so", library);
  machine.file(capi + "libonnxruntime_providers_shared.so", library);
  if (provider) machine.file(capi + "libonnxruntime_providers_cuda.so", library);
  return machine;
}

FrameworkBuild onnxruntime_of(FakeFiles machine, std::vector<Package> packages) {
  auto environment = with_packages(std::move(packages));
  auto build = read_onnxruntime_build(machine, environment);
  EXPECT_TRUE(build);
  return build.value_or(FrameworkBuild{});
}

TEST(OnnxruntimeBuild, the_gpu_package_names_its_cuda_and_brings_the_provider_behind_the_extension_module) {
  FrameworkBuild build = onnxruntime_of(onnxruntime_files(gpu_words, true), {installed("onnxruntime-gpu", "1.31.1")});
  EXPECT_TRUE(build.accelerator.is(Accelerator::cuda));
  EXPECT_TRUE(build.cuda_version.is("13.0"));
  EXPECT_TRUE(build.version.is("1.31.1"));
  EXPECT_EQ(build.distribution, "onnxruntime-gpu");
  ASSERT_EQ(build.objects.size(), 3u);
  EXPECT_TRUE(build.objects.front().ends_with("onnxruntime_pybind11_state.cpython-312-x86_64-linux-gnu.so"));
  EXPECT_TRUE(build.objects.back().ends_with("libonnxruntime_providers_cuda.so"));
  EXPECT_TRUE(build.parts.empty());
}

TEST(OnnxruntimeBuild, the_files_of_the_cpu_package_win_although_the_provider_of_the_gpu_package_is_left) {
  FrameworkBuild build =
      onnxruntime_of(onnxruntime_files(cpu_words, true), {installed("onnxruntime", "1.32.0"), installed("onnxruntime-gpu", "1.31.1")});
  EXPECT_TRUE(build.accelerator.is(Accelerator::cpu));
  EXPECT_TRUE(build.cuda_version.is_absent());
  EXPECT_EQ(build.distribution, "onnxruntime");
  ASSERT_EQ(build.parts.size(), 1u);
  EXPECT_EQ(build.parts[0], (FrameworkPart{"onnxruntime-gpu", "1.31.1", build.folder}));
}

TEST(OnnxruntimeBuild, without_its_words_the_provider_tells) {
  FakeFiles with = onnxruntime_files("", true), without = onnxruntime_files("", false);
  with.remove(capi + "build_and_package_info.py");
  without.remove(capi + "build_and_package_info.py");
  FrameworkBuild gpu = onnxruntime_of(with, {}), cpu = onnxruntime_of(without, {});
  EXPECT_TRUE(gpu.accelerator.is(Accelerator::cuda));
  EXPECT_TRUE(gpu.cuda_version.is_unknown());
  EXPECT_TRUE(cpu.accelerator.is(Accelerator::cpu));
  EXPECT_TRUE(cpu.cuda_version.is_absent());
}

TEST(OnnxruntimeBuild, words_that_may_not_be_read_or_say_nothing_claim_nothing) {
  FakeFiles denied = onnxruntime_files(cpu_words, true), empty = onnxruntime_files("\xff\xfe = (", true);
  denied.denied(capi + "build_and_package_info.py");
  for (FakeFiles* machine : {&denied, &empty}) {
    FrameworkBuild build = onnxruntime_of(*machine, {installed("onnxruntime-gpu", "1.31.1")});
    EXPECT_TRUE(build.accelerator.is_unknown());
    EXPECT_TRUE(build.cuda_version.is_unknown());
  }
  EXPECT_EQ(onnxruntime_of(denied, {}).accelerator.why(), Why::denied);
}

TEST(OnnxruntimeBuild, a_build_for_other_accelerators_is_told_by_its_name) {
  EXPECT_TRUE(onnxruntime_of(onnxruntime_files("package_name = 'onnxruntime-rocm'\n__version__ = '1.22.0'\n", false), {})
                  .accelerator.is(Accelerator::rocm));
  EXPECT_TRUE(onnxruntime_of(onnxruntime_files("package_name = 'onnxruntime-openvino'\n__version__ = '1.22.0'\n", false), {})
                  .accelerator.is(Accelerator::xpu));
}

TEST(OnnxruntimeBuild, a_dist_info_without_its_folder_is_a_cut_installation) {
  FrameworkBuild build = onnxruntime_of(FakeFiles{}, {installed("onnxruntime-gpu", "1.31.1")});
  EXPECT_EQ(build.missing_files, std::vector<std::string>{"onnxruntime/"});
  EXPECT_TRUE(build.version.is("1.31.1"));
}

TEST(OnnxruntimeBuild, an_extension_module_for_another_python_does_not_count) {
  FakeFiles machine = onnxruntime_files(gpu_words, true);
  machine.remove(capi + "onnxruntime_pybind11_state.cpython-312-x86_64-linux-gnu.so");
  machine.file(capi + "onnxruntime_pybind11_state.cpython-310-x86_64-linux-gnu.so", gpuwhy::testing::make_elf({}));
  EXPECT_EQ(onnxruntime_of(machine, {}).missing_files, std::vector<std::string>{"capi/onnxruntime_pybind11_state.cpython-312-*.so"});
}

TEST(OnnxruntimeBuild, nothing_installed_is_no_build) {
  FakeFiles machine;
  auto environment = with_packages({});
  EXPECT_FALSE(read_onnxruntime_build(machine, environment));
}

TEST(ExtensionModule, the_tagged_file_comes_before_the_stable_abi_and_that_before_the_plain_name) {
  FakeFiles machine;
  auto environment = with_packages({});
  machine.file("/m/x.so", "").file("/m/x.abi3.so", "").file("/m/x.cpython-312-x86_64-linux-gnu.so", "").file("/m/x.cpython-311-a.so", "");
  EXPECT_EQ(find_extension_module(machine, environment, "/m", "x"), "/m/x.cpython-312-x86_64-linux-gnu.so");
  machine.remove("/m/x.cpython-312-x86_64-linux-gnu.so");
  EXPECT_EQ(find_extension_module(machine, environment, "/m", "x"), "/m/x.abi3.so");
  machine.remove("/m/x.abi3.so");
  EXPECT_EQ(find_extension_module(machine, environment, "/m", "x"), "/m/x.so");
  EXPECT_EQ(find_extension_module(machine, environment, "/none", "x"), "");
}

FakeFiles cupy_files(const std::string& wheel_json) {
  FakeFiles machine;
  std::string library = gpuwhy::testing::make_elf({});
  machine.file(packages_folder + "cupy/__init__.py", "").file(packages_folder + "cupy/_version.py", "__version__ = '14.2.0'\n");
  if (!wheel_json.empty()) machine.file(packages_folder + "cupy/.data/_wheel.json", wheel_json);
  for (const char* name :
       {"cupy_backends/cuda/api/runtime", "cupy_backends/cuda/api/driver", "cupy_backends/cuda/libs/nvrtc", "cupy/_core/core"})
    machine.file(packages_folder + name + ".cpython-312-x86_64-linux-gnu.so", library);
  return machine;
}

FrameworkBuild cupy_of(FakeFiles machine, std::vector<Package> packages) {
  auto environment = with_packages(std::move(packages));
  auto build = read_cupy_build(machine, environment);
  EXPECT_TRUE(build);
  return build.value_or(FrameworkBuild{});
}

TEST(CupyBuild, the_wheel_says_its_cuda_and_the_runtime_is_mapped_first) {
  FrameworkBuild build = cupy_of(cupy_files(R"({"cuda": "12.x", "packaging": "pip"})"), {installed("cupy-cuda12x", "14.2.0")});
  EXPECT_TRUE(build.accelerator.is(Accelerator::cuda));
  EXPECT_TRUE(build.cuda_version.is("12.x"));
  EXPECT_TRUE(build.version.is("14.2.0"));
  ASSERT_EQ(build.objects.size(), 4u);
  EXPECT_NE(build.objects.front().find("/runtime."), std::string::npos);
  EXPECT_TRUE(build.missing_files.empty());
}

TEST(CupyBuild, of_two_packages_the_one_whose_cuda_the_files_name_is_the_owner) {
  FrameworkBuild build =
      cupy_of(cupy_files(R"({"cuda": "13.x"})"), {installed("cupy-cuda12x", "14.2.0", 20), installed("cupy-cuda13x", "14.2.0", 10)});
  EXPECT_EQ(build.distribution, "cupy-cuda13x");
  ASSERT_EQ(build.parts.size(), 1u);
  EXPECT_EQ(build.parts[0].name, "cupy-cuda12x");
}

TEST(CupyBuild, where_the_files_do_not_tell_the_package_that_was_installed_last_is_the_owner) {
  FrameworkBuild build = cupy_of(cupy_files(""), {installed("cupy-cuda12x", "14.2.0", 10), installed("cupy-cuda13x", "14.2.0", 20)});
  EXPECT_EQ(build.distribution, "cupy-cuda13x");
  EXPECT_TRUE(build.cuda_version.is("13.x"));
}

TEST(CupyBuild, a_package_of_one_cuda_minor_says_it_in_its_name) {
  EXPECT_TRUE(cupy_of(cupy_files(""), {installed("cupy-cuda117", "12.3.0")}).cuda_version.is("11.7"));
  EXPECT_TRUE(cupy_of(cupy_files(""), {installed("cupy-cuda102", "12.3.0")}).cuda_version.is("10.2"));
}

TEST(CupyBuild, a_build_from_source_does_not_say_its_cuda) {
  FrameworkBuild build = cupy_of(cupy_files(""), {installed("cupy", "14.2.0")});
  EXPECT_TRUE(build.accelerator.is(Accelerator::cuda));
  EXPECT_TRUE(build.cuda_version.is_unknown());
}

TEST(CupyBuild, json_that_is_none_does_not_say_its_cuda) {
  for (const char* json : {"{", "[]", "{\"cuda\": 12}", "\xff\xff"})
    EXPECT_TRUE(cupy_of(cupy_files(json), {installed("cupy", "14.2.0")}).cuda_version.is_unknown()) << json;
}

TEST(CupyBuild, a_build_for_rocm_is_told_by_its_name) {
  FrameworkBuild build = cupy_of(cupy_files(""), {installed("cupy-rocm-7-0", "14.2.0")});
  EXPECT_TRUE(build.accelerator.is(Accelerator::rocm));
  EXPECT_TRUE(build.cuda_version.is_absent());
}

TEST(CupyBuild, what_the_removal_of_a_second_package_takes_away_is_missing) {
  FakeFiles machine = cupy_files(R"({"cuda": "12.x"})");
  machine.remove(packages_folder + "cupy_backends/cuda/api/runtime.cpython-312-x86_64-linux-gnu.so");
  EXPECT_EQ(cupy_of(machine, {installed("cupy-cuda12x", "14.2.0")}).missing_files,
            std::vector<std::string>{"cupy_backends/cuda/api/runtime.cpython-312-*.so"});
}

}  // namespace
}  // namespace gpuwhy
