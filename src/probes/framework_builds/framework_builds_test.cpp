#include "probes/framework_builds/framework_builds.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "python/fake_files.h"
#include "support/elf_writer.h"

namespace gpuwhy {
namespace {

using gpuwhy::testing::FakeFiles;

constexpr const char* site = "/v/lib/python3.12/site-packages";

std::string library(std::vector<std::string> needed, std::optional<std::string> runpath = std::nullopt) {
  return gpuwhy::testing::make_elf({.needed = std::move(needed), .runpath = std::move(runpath)});
}

std::string at(const std::string& name) { return std::string(site) + "/" + name; }

Package package(const std::string& name, const std::string& version, std::vector<std::string> requires_dist = {}) {
  Package found;
  found.name = name;
  found.version = version;
  found.location = at(name + "-" + version + ".dist-info");
  found.requires_dist = std::move(requires_dist);
  return found;
}

PythonEnvironment environment(std::vector<Package> packages) {
  PythonEnvironment made;
  made.prefix = "/v";
  made.version = Fact<std::string>::known("3.12");
  made.search_path = Fact<std::vector<std::string>>::known({"/usr/lib/python3.12", site});
  made.packages = Fact<std::vector<Package>>::known(std::move(packages));
  return made;
}

bool has_note(const PythonEnvironment& one, std::string_view part) {
  return std::ranges::any_of(one.notes, [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

constexpr const char* gpu_build =
    "build_info = collections.OrderedDict([('cuda_compute_capabilities', ['sm_80', 'compute_90']), ('cuda_version', '12.5.1'), "
    "('cudnn_version', '9'), "
    "('is_cuda_build', True), ('is_rocm_build', False)])\n";
constexpr const char* cpu_build = "build_info = collections.OrderedDict([('is_cuda_build', False), ('is_rocm_build', False)])\n";

FakeFiles tensorflow_files(const std::string& build_info) {
  FakeFiles machine;
  machine.file(at("tensorflow/__init__.py"), "").file(at("tensorflow/python/platform/build_info.py"), build_info);
  machine.file(at("tensorflow/libtensorflow_framework.so.2"), library({}));
  machine.file(at("tensorflow/python/platform/_pywrap_cpu_feature_guard.so"), library({"libtensorflow_framework.so.2"}, "$ORIGIN/../.."));
  machine.file(at("tensorflow/python/_pywrap_tensorflow_internal.so"),
               library({"libtensorflow_framework.so.2", "libc.so.6"}, "$ORIGIN/.."));
  return machine;
}

FakeFiles torch_files(const std::string& version_py, const std::string& init_py = "") {
  FakeFiles machine;
  machine.file(at("torch/__init__.py"), init_py).file(at("torch/version.py"), version_py);
  machine.file(at("torch/lib/libtorch_global_deps.so"), library({"libcudart.so.12"}));
  machine.file(at("torch/lib/libtorch_python.so"), library({"libtorch.so", "libtorch_cuda.so", "libcudart.so.12"}, "$ORIGIN"));
  machine.file(at("torch/lib/libtorch.so"), library({})).file(at("torch/lib/libtorch_cuda.so"), library({}));
  machine.file(at("torch/_C.cpython-312-x86_64-linux-gnu.so"), library({"libtorch_python.so"}, "$ORIGIN/lib"));
  return machine;
}

FrameworkBuild only_build(FakeFiles& machine, PythonEnvironment& one) {
  probe_framework_builds(machine, one);
  EXPECT_EQ(one.frameworks.size(), 1u);
  return one.frameworks.empty() ? FrameworkBuild{} : one.frameworks[0];
}

TEST(TensorflowBuild, a_gpu_build_is_told_by_build_info) {
  FakeFiles machine = tensorflow_files(gpu_build);
  auto one = environment({package("tensorflow", "2.20.0")});
  auto build = only_build(machine, one);
  EXPECT_EQ(build.framework, FrameworkKind::tensorflow);
  EXPECT_TRUE(build.version.is("2.20.0"));
  EXPECT_EQ(build.distribution, "tensorflow");
  EXPECT_EQ(build.folder, at("tensorflow"));
  EXPECT_TRUE(build.accelerator.is(Accelerator::cuda));
  EXPECT_TRUE(build.cuda_version.is("12.5.1"));
  EXPECT_TRUE(build.cudnn_version.is("9"));
  EXPECT_EQ(*build.architectures, (std::vector<std::string>{"sm_80", "compute_90"}));
  EXPECT_EQ(build.objects, (std::vector<std::string>{at("tensorflow/python/platform/_pywrap_cpu_feature_guard.so"),
                                                     at("tensorflow/python/_pywrap_tensorflow_internal.so")}));
  EXPECT_TRUE(build.missing_files.empty());
  EXPECT_EQ(build.accelerator.evidence().locator, at("tensorflow/python/platform/build_info.py"));
}

TEST(TensorflowBuild, a_cpu_build_has_no_cuda_and_no_architectures) {
  FakeFiles machine = tensorflow_files(cpu_build);
  auto one = environment({package("tensorflow", "2.21.0")});
  auto build = only_build(machine, one);
  EXPECT_TRUE(build.accelerator.is(Accelerator::cpu));
  EXPECT_TRUE(build.cuda_version.is_absent());
  EXPECT_TRUE(build.architectures.is_absent());
}

TEST(TensorflowBuild, a_cpu_build_beside_libtpu_is_for_tpus) {
  FakeFiles machine = tensorflow_files(cpu_build);
  auto one = environment({package("tensorflow-tpu", "2.18.0"), package("libtpu", "0.0.5")});
  EXPECT_TRUE(only_build(machine, one).accelerator.is(Accelerator::tpu));
}

TEST(TensorflowBuild, without_build_info_nothing_is_claimed) {
  FakeFiles machine = tensorflow_files(gpu_build);
  machine.remove(at("tensorflow/python/platform"));
  auto one = environment({package("tensorflow", "2.20.0")});
  auto build = only_build(machine, one);
  EXPECT_TRUE(build.accelerator.is_unknown());
  EXPECT_TRUE(build.architectures.is_unknown());
  EXPECT_EQ(build.missing_files, std::vector<std::string>{"python/platform/build_info.py"});
}

TEST(TensorflowBuild, build_info_that_may_not_be_read_is_denied) {
  FakeFiles machine = tensorflow_files(gpu_build);
  machine.denied(at("tensorflow/python/platform/build_info.py"));
  auto one = environment({package("tensorflow", "2.20.0")});
  auto build = only_build(machine, one);
  ASSERT_TRUE(build.accelerator.is_unknown());
  EXPECT_EQ(build.accelerator.why(), Why::denied);
  EXPECT_TRUE(build.missing_files.empty());
}

TEST(TensorflowBuild, a_library_that_its_objects_need_and_that_is_gone_is_missing) {
  FakeFiles machine = tensorflow_files(gpu_build);
  machine.remove(at("tensorflow/libtensorflow_framework.so.2"));
  auto one = environment({package("tensorflow", "2.20.0")});
  EXPECT_EQ(only_build(machine, one).missing_files, std::vector<std::string>{"libtensorflow_framework.so.2"});
}

TEST(TensorflowBuild, a_package_without_dist_info_tells_its_version_in_its_headers) {
  FakeFiles machine = tensorflow_files(gpu_build);
  machine.file(at("tensorflow/include/tensorflow/core/public/version.h"),
               "#define TF_MAJOR_VERSION 2\n#define TF_MINOR_VERSION 15\n#define TF_PATCH_VERSION 1\n#define TF_VERSION_SUFFIX \"\"\n");
  auto one = environment({});
  auto build = only_build(machine, one);
  EXPECT_TRUE(build.version.is("2.15.1"));
  EXPECT_EQ(build.distribution, "");
}

TEST(TensorflowBuild, two_distributions_in_one_folder_are_a_note_and_the_headers_decide) {
  FakeFiles machine = tensorflow_files(cpu_build);
  machine.file(at("tensorflow/include/tensorflow/core/public/release_version.h"),
               "#define TF_MAJOR_VERSION 2\n#define TF_MINOR_VERSION 21\n#define TF_PATCH_VERSION 0\n");
  auto one = environment({package("tensorflow", "2.20.0"), package("tensorflow-cpu", "2.21.0")});
  auto build = only_build(machine, one);
  EXPECT_EQ(build.distribution, "tensorflow-cpu");
  EXPECT_TRUE(has_note(one, "tensorflow 2.20.0 and tensorflow-cpu 2.21.0 write into the same folder"));
}

TEST(TensorflowBuild, a_thin_distribution_is_not_a_second_one) {
  FakeFiles machine = tensorflow_files(cpu_build);
  auto one = environment({package("tensorflow", "2.15.1", {"tensorflow-cpu-aws==2.15.1; platform_machine == \"aarch64\""}),
                          package("tensorflow-cpu-aws", "2.15.1")});
  EXPECT_EQ(only_build(machine, one).distribution, "tensorflow-cpu-aws");
  EXPECT_TRUE(one.notes.empty());
}

TEST(TensorflowBuild, a_distribution_whose_package_is_gone_is_named) {
  FakeFiles machine;
  machine.folder(site);
  auto one = environment({package("tensorflow", "2.20.0")});
  auto build = only_build(machine, one);
  EXPECT_EQ(build.folder, "");
  EXPECT_EQ(build.missing_files, std::vector<std::string>{"tensorflow/"});
  EXPECT_TRUE(build.version.is("2.20.0"));
}

TEST(TensorflowBuild, a_folder_without_init_is_a_broken_package) {
  FakeFiles machine;
  machine.file(at("tensorflow/python/left.txt"), "");
  auto one = environment({});
  auto missing = only_build(machine, one).missing_files;
  EXPECT_EQ(missing.front(), "__init__.py");
}

TEST(TensorflowBuild, a_wheel_for_another_python_is_a_note) {
  FakeFiles machine = tensorflow_files(gpu_build);
  machine.file(at("tensorflow-2.20.0.dist-info/WHEEL"), "Tag: cp311-cp311-manylinux_2_17_x86_64\n");
  auto one = environment({package("tensorflow", "2.20.0")});
  only_build(machine, one);
  EXPECT_TRUE(has_note(one, "was built for cp311, this is Python 3.12"));
}

TEST(TorchBuild, the_local_version_comes_from_version_py_and_cudnn_from_its_pin) {
  FakeFiles machine = torch_files("__version__ = '2.10.0+cu128'\ncuda: Optional[str] = '12.8'\nhip: Optional[str] = None\n");
  auto one = environment({package("torch", "2.10.0", {"nvidia-cudnn-cu12==9.10.2.21; platform_system == \"Linux\""})});
  auto build = only_build(machine, one);
  EXPECT_TRUE(build.version.is("2.10.0+cu128"));
  EXPECT_TRUE(build.accelerator.is(Accelerator::cuda));
  EXPECT_TRUE(build.cuda_version.is("12.8"));
  EXPECT_TRUE(build.cudnn_version.is("9.10.2.21"));
  ASSERT_TRUE(build.architectures.is_unknown());
  EXPECT_EQ(build.architectures.why(), Why::not_probed);
  EXPECT_EQ(build.objects,
            (std::vector<std::string>{at("torch/lib/libtorch_global_deps.so"), at("torch/_C.cpython-312-x86_64-linux-gnu.so")}));
  EXPECT_TRUE(build.missing_files.empty());
}

TEST(TorchBuild, cpu_rocm_and_xpu_builds) {
  struct {
    const char* text;
    Accelerator accelerator;
  } cases[] = {
      {"__version__ = '2.10.0+cpu'\ncuda: Optional[str] = None\nhip: Optional[str] = None\n", Accelerator::cpu},
      {"__version__ = '2.10.0+rocm7.0'\ncuda: Optional[str] = None\nhip: Optional[str] = '7.0.51831'\n", Accelerator::rocm},
      {"__version__ = '2.10.0+xpu'\ncuda: Optional[str] = None\nhip: Optional[str] = None\nxpu: Optional[str] = '20250302'\n",
       Accelerator::xpu},
  };
  for (const auto& one_case : cases) {
    FakeFiles machine = torch_files(one_case.text);
    auto one = environment({package("torch", "2.10.0")});
    auto build = only_build(machine, one);
    EXPECT_TRUE(build.accelerator.is(one_case.accelerator)) << one_case.text;
    EXPECT_TRUE(build.cuda_version.is_absent());
  }
}

TEST(TorchBuild, libraries_that_init_py_opens_first_are_objects_in_that_order) {
  std::string init =
      "\ndef _preload_cuda_deps(err=None) -> None:\n    cuda_libs = [\n        (\"cublas\", \"libcublasLt.so.*[0-9]\"),\n        "
      "(\"cublas\", \"libcublas.so.*[0-9]\"),\n"
      "        (\"cudnn\", \"libcudnn.so.*[0-9]\"),\n        (\"nccl\", \"libnccl.so.*[0-9]\"),\n    ]\n\n\ndef _load_global_deps() -> "
      "None:\n    try:\n"
      "        ctypes.CDLL(global_deps_lib_path, mode=ctypes.RTLD_GLOBAL)\n            if \"libcudart.so\" not in _maps:\n                "
      "return\n"
      "            _preload_cuda_deps()\n    except OSError as err:\n        pass\n";
  FakeFiles machine = torch_files("__version__ = '2.15.0+cu132'\ncuda: Optional[str] = '13.2'\n", init);
  for (const char* name : {"nvidia/cu13/lib/libcublas.so.13", "nvidia/cu13/lib/libcublasLt.so.13", "nvidia/nccl/lib/libnccl.so.2"})
    machine.file(at(name), library({}));
  auto one = environment({package("torch", "2.15.0")});
  // libcudnn is not there: this form stops at it.
  EXPECT_EQ(only_build(machine, one).objects,
            (std::vector<std::string>{at("torch/lib/libtorch_global_deps.so"), at("nvidia/cu13/lib/libcublasLt.so.13"),
                                      at("nvidia/cu13/lib/libcublas.so.13"), at("torch/_C.cpython-312-x86_64-linux-gnu.so")}));
}

TEST(TorchBuild, a_build_for_another_python_lacks_its_extension) {
  FakeFiles machine = torch_files("__version__ = '2.10.0'\ncuda = None\n");
  machine.remove(at("torch/_C.cpython-312-x86_64-linux-gnu.so")).file(at("torch/_C.cpython-311-x86_64-linux-gnu.so"), library({}));
  auto one = environment({package("torch", "2.10.0")});
  EXPECT_EQ(only_build(machine, one).missing_files, std::vector<std::string>{"_C.cpython-312-*.so"});
  EXPECT_TRUE(has_note(one, "was built for another Python: it holds _C.cpython-311"));
}

TEST(TorchBuild, a_cut_package_names_its_missing_libraries) {
  FakeFiles machine = torch_files("__version__ = '2.10.0+cu128'\ncuda = '12.8'\n");
  machine.remove(at("torch/lib/libtorch_cuda.so"));
  auto one = environment({package("torch", "2.10.0")});
  EXPECT_EQ(only_build(machine, one).missing_files, std::vector<std::string>{"lib/libtorch_cuda.so"});
}

TEST(TorchBuild, an_unreadable_version_py_leaves_the_accelerator_unknown) {
  FakeFiles machine = torch_files("\xff\xfe");
  auto one = environment({package("torch", "2.10.0")});
  auto build = only_build(machine, one);
  EXPECT_TRUE(build.accelerator.is_unknown());
  EXPECT_TRUE(build.version.is("2.10.0"));
}

TEST(TorchBuild, an_editable_install_is_found_in_its_source_folder) {
  FakeFiles machine;
  machine.file(at("torch-2.11.0a0.dist-info/direct_url.json"), R"({"dir_info":{"editable":true},"url":"file:///src/pytorch"})");
  machine.file("/src/pytorch/torch/__init__.py", "")
      .file("/src/pytorch/torch/version.py", "__version__ = '2.11.0a0+git1'\ncuda = '12.9'\n");
  auto one = environment({package("torch", "2.11.0a0")});
  auto build = only_build(machine, one);
  EXPECT_EQ(build.folder, "/src/pytorch/torch");
  EXPECT_TRUE(build.cuda_version.is("12.9"));
}

TEST(FrameworkBuilds, nothing_installed_gives_nothing) {
  FakeFiles machine;
  machine.folder(site);
  auto one = environment({package("numpy", "2.0.0")});
  probe_framework_builds(machine, one);
  EXPECT_TRUE(one.frameworks.empty());
}

}  // namespace
}  // namespace gpuwhy
