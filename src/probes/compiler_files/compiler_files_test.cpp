#include "probes/compiler_files/compiler_files.h"

#include <gtest/gtest.h>

#include "python/fake_files.h"

namespace gpuwhy {
namespace {

using gpuwhy::testing::FakeFiles;

PythonEnvironment environment_with(std::vector<Package> packages) {
  PythonEnvironment environment;
  environment.search_path = Fact<std::vector<std::string>>::known({"/v/lib/python3.12/site-packages"});
  environment.packages = Fact<std::vector<Package>>::known(std::move(packages));
  environment.frameworks.emplace_back();
  return environment;
}

Package package(const std::string& name, const std::string& version) {
  Package made;
  made.name = name;
  made.version = version;
  return made;
}

TEST(CompilerFiles, the_wheel_of_cuda_12_brings_ptxas_and_libdevice) {
  FakeFiles machine;
  std::string nvcc = "/v/lib/python3.12/site-packages/nvidia/cuda_nvcc";
  machine.file(nvcc + "/bin/ptxas", "x", 0755).file(nvcc + "/nvvm/libdevice/libdevice.10.bc", "x");
  auto environment = environment_with({package("nvidia-cuda-nvcc-cu12", "12.9.86")});
  probe_compiler_files(machine, Snapshot{}, environment);
  ASSERT_TRUE(environment.compiler_files.is_known());
  ASSERT_EQ(environment.compiler_files->size(), 2u);
  EXPECT_EQ((*environment.compiler_files)[0], (CompilerFile{"ptxas", nvcc + "/bin/ptxas", "12.9.86"}));
  EXPECT_EQ((*environment.compiler_files)[1].name, "libdevice.10.bc");
}

TEST(CompilerFiles, in_cuda_13_two_wheels_share_the_work) {
  FakeFiles machine;
  std::string folder = "/v/lib/python3.12/site-packages/nvidia/cu13";
  machine.file(folder + "/bin/ptxas", "x", 0755).file(folder + "/nvvm/libdevice/libdevice.10.bc", "x");
  auto environment = environment_with({package("nvidia-cuda-nvcc", "13.2.86"), package("nvidia-nvvm", "13.2.87")});
  probe_compiler_files(machine, Snapshot{}, environment);
  ASSERT_EQ(environment.compiler_files->size(), 2u);
  EXPECT_EQ((*environment.compiler_files)[0].version, "13.2.86");
  EXPECT_EQ((*environment.compiler_files)[1].version, "13.2.87");
}

TEST(CompilerFiles, a_toolkit_says_its_version_in_a_file) {
  FakeFiles machine;
  machine.file("/usr/local/cuda-12.4/bin/ptxas", "x", 0755)
      .file("/usr/local/cuda-12.4/version.json", R"({"cuda_nvcc": {"name": "CUDA NVCC", "version": "12.4.131"}})");
  auto environment = environment_with({});
  probe_compiler_files(machine, Snapshot{}, environment);
  ASSERT_EQ(environment.compiler_files->size(), 1u);
  EXPECT_EQ(environment.compiler_files->front().version, "12.4.131");
}

TEST(CompilerFiles, the_folder_that_xla_flags_name_comes_first) {
  FakeFiles machine;
  machine.file("/data/cuda/nvvm/libdevice/libdevice.10.bc", "x").file("/usr/local/cuda/nvvm/libdevice/libdevice.10.bc", "x");
  Snapshot snapshot;
  snapshot.variables["XLA_FLAGS"] = "--xla_dump_to=/tmp --xla_gpu_cuda_data_dir=/data/cuda";
  auto environment = environment_with({});
  probe_compiler_files(machine, snapshot, environment);
  ASSERT_EQ(environment.compiler_files->size(), 2u);
  EXPECT_EQ(environment.compiler_files->front().path, "/data/cuda/nvvm/libdevice/libdevice.10.bc");
}

TEST(CompilerFiles, an_empty_file_is_none) {
  FakeFiles machine;
  machine.file("/usr/local/cuda/nvvm/libdevice/libdevice.10.bc", "");
  auto environment = environment_with({});
  probe_compiler_files(machine, Snapshot{}, environment);
  EXPECT_TRUE(environment.compiler_files->empty());
}

TEST(CompilerFiles, a_place_that_may_not_be_looked_at_leaves_the_question_open) {
  FakeFiles machine;
  machine.link("/usr/local/cuda", "/usr/local/cuda");
  auto environment = environment_with({});
  probe_compiler_files(machine, Snapshot{}, environment);
  EXPECT_TRUE(environment.compiler_files.is_unknown());
}

}  // namespace
}  // namespace gpuwhy
