#include "probes/device_code/device_code.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "base/text.h"
#include "support/invented_machine.h"
#include "sys/recording_machine.h"

namespace gpuwhy {
namespace {

std::string hex(const std::string& name) {
  std::ifstream file(std::string(GPUWHY_CORPUS "/fatbin/") + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::string digits;
  for (std::istreambuf_iterator<char> byte(file), end; byte != end; ++byte) {
    auto value = static_cast<unsigned char>(*byte);
    digits += "0123456789abcdef"[value / 16];
    digits += "0123456789abcdef"[value % 16];
  }
  return digits;
}

Snapshot probe(FrameworkKind framework, const std::string& folder, const std::string& manifest, bool deep = false,
               std::vector<FrameworkPart> parts = {}) {
  Snapshot snapshot;
  PythonEnvironment environment;
  environment.search_path = Fact<std::vector<std::string>>::known({"/site"});
  FrameworkBuild build;
  build.framework = framework;
  build.folder = folder;
  build.parts = std::move(parts);
  environment.frameworks.push_back(std::move(build));
  snapshot.environments.push_back(std::move(environment));
  auto machine = testing::parse_manifest(manifest);
  EXPECT_TRUE(machine) << (machine ? "" : machine.error().message);
  if (machine) probe_device_code(**machine, deep, snapshot);
  return snapshot;
}

const std::vector<CodeLibrary>& code(const Snapshot& snapshot) { return snapshot.environments[0].frameworks[0].code; }

TEST(DeviceCode, torch_is_read_in_libtorch_cuda_and_not_in_what_loads_on_demand) {
  Snapshot snapshot = probe(
      FrameworkKind::torch, "/site/torch",
      "bytes /site/torch/lib/libtorch_cuda.so " + hex("good") + "\nbytes /site/torch/lib/libtorch_cuda_linalg.so " + hex("good") + "\n");
  ASSERT_EQ(code(snapshot).size(), 1u);
  EXPECT_EQ(code(snapshot)[0].path, "/site/torch/lib/libtorch_cuda.so");
  ASSERT_TRUE(code(snapshot)[0].groups.is_known());
  EXPECT_EQ(code(snapshot)[0].groups->size(), 5u);
  EXPECT_EQ(join(code(snapshot)[0].groups->front().images, " "), "compute_90 sm_70 sm_80");
  EXPECT_EQ(code(snapshot)[0].groups->front().ptx_isa, "8.5");
}

TEST(DeviceCode, tensorflow_is_searched_in_its_constants_too) {
  Snapshot snapshot =
      probe(FrameworkKind::tensorflow, "/site/tensorflow", "bytes /site/tensorflow/libtensorflow_cc.so.2 " + hex("good") + "\n");
  std::uint64_t containers = 0;
  ASSERT_EQ(code(snapshot).size(), 1u);
  for (const CodeGroup& group : *code(snapshot)[0].groups) containers += group.containers;
  EXPECT_EQ(containers, 6u);
}

TEST(DeviceCode, jax_is_read_in_the_folders_of_its_cuda_parts) {
  Snapshot snapshot = probe(FrameworkKind::jax, "/site/jax",
                            "bytes /site/jax_plugins/xla_cuda12/xla_cuda_plugin.so " + hex("good") +
                                "\nbytes /site/jaxlib/libjax_common.so " + hex("good") + "\n",
                            false, {{"jax-cuda12-pjrt", "0.10.2", "/site/jax_plugins/xla_cuda12"}, {"jaxlib", "0.10.2", "/site/jaxlib"}});
  ASSERT_EQ(code(snapshot).size(), 1u);
  EXPECT_EQ(code(snapshot)[0].path, "/site/jax_plugins/xla_cuda12/xla_cuda_plugin.so");
}

TEST(DeviceCode, libraries_of_nvidia_are_read_only_with_deep_and_judged_by_union) {
  std::string manifest = "bytes /site/nvidia/cublas/lib/libcublasLt.so.12 " + hex("good") + "\n";
  EXPECT_TRUE(code(probe(FrameworkKind::torch, "/site/torch", manifest)).empty());
  Snapshot deep = probe(FrameworkKind::torch, "/site/torch", manifest, true);
  ASSERT_EQ(code(deep).size(), 1u);
  EXPECT_TRUE(code(deep)[0].union_only);
}

TEST(DeviceCode, a_damaged_library_is_unknown_and_named_as_unread) {
  Snapshot snapshot = probe(FrameworkKind::onnxruntime, "/site/onnxruntime",
                            "bytes /site/onnxruntime/capi/libonnxruntime_providers_cuda.so " + hex("container-size-5") + "\n");
  ASSERT_EQ(code(snapshot).size(), 1u);
  ASSERT_TRUE(code(snapshot)[0].groups.is_unknown());
  EXPECT_NE(code(snapshot)[0].groups.detail().find("broken download"), std::string::npos);
  EXPECT_EQ(snapshot.unread.size(), 1u);
}

TEST(DeviceCode, a_library_that_may_not_be_read_is_unknown_and_not_absent) {
  Snapshot snapshot = probe(FrameworkKind::torch, "/site/torch",
                            "bytes /site/torch/lib/libtorch_cuda.so " + hex("good") + "\ndeny /site/torch/lib/libtorch_cuda.so\n");
  ASSERT_EQ(code(snapshot).size(), 1u);
  ASSERT_TRUE(code(snapshot)[0].groups.is_unknown());
  EXPECT_EQ(code(snapshot)[0].groups.why(), Why::denied);
}

TEST(DeviceCode, libraries_without_device_code_leave_no_entry) {
  EXPECT_TRUE(code(probe(FrameworkKind::cupy, "/site/cupy", "elf /site/cupy/cuda/cub.so soname=cub.so\n")).empty());
}

// A process may hold some number of files open, often 1024; the device code of many environments lies in more.
class CountedFile final : public File {
 public:
  CountedFile(std::unique_ptr<File> inner, int& open) : inner_(std::move(inner)), open_(open) { ++open_; }
  ~CountedFile() override { --open_; }
  std::uint64_t size() const override { return inner_->size(); }
  Access<std::string> read_at(std::uint64_t offset, std::size_t length) override { return inner_->read_at(offset, length); }

 private:
  std::unique_ptr<File> inner_;
  int& open_;
};

// Refuses the 256th file that is open at a time, as a system does.
class MachineOfFewFiles final : public RecordingMachine {
 public:
  using RecordingMachine::RecordingMachine;
  Access<std::unique_ptr<File>> open(const std::string& path) override {
    if (open_ >= 255) return std::unexpected(AccessError{AccessProblem::io_error, "Too many open files"});
    auto file = RecordingMachine::open(path);
    if (!file) return file;
    return std::make_unique<CountedFile>(std::move(*file), open_);
  }
  int open_files() const { return open_; }

 private:
  int open_ = 0;
};

TEST(DeviceCode, of_fifty_environments_is_read_with_few_open_files_at_a_time) {
  constexpr int environments = 50, libraries = 30;
  Snapshot snapshot;
  std::string manifest = "bytes /wheel.so " + hex("good") + "\n";
  for (int i = 0; i < environments; ++i) {
    FrameworkBuild build;
    build.framework = FrameworkKind::cupy;
    build.folder = fmt::format("/{}/cupy", i);
    for (int j = 0; j < libraries; ++j) manifest += fmt::format("link {}/cuda/{:02}.so -> /wheel.so\n", build.folder, j);
    snapshot.environments.emplace_back().frameworks.push_back(std::move(build));
  }
  auto invented = testing::parse_manifest(manifest);
  ASSERT_TRUE(invented) << invented.error().message;
  MachineOfFewFiles machine(**invented);
  probe_device_code(machine, false, snapshot);
  EXPECT_TRUE(snapshot.unread.empty()) << snapshot.unread[0].detail;
  EXPECT_EQ(machine.open_files(), 0);
  for (const PythonEnvironment& environment : snapshot.environments) {
    const std::vector<CodeLibrary>& code = environment.frameworks[0].code;
    ASSERT_EQ(code.size(), static_cast<std::size_t>(libraries));
    EXPECT_TRUE(code[0].path.ends_with("/cuda/00.so"));
    EXPECT_TRUE(code[29].groups.is_known() && code[29].path.ends_with("/cuda/29.so"));
  }
}

}  // namespace
}  // namespace gpuwhy
