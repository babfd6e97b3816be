// What the real ONNX Runtime 1.31.1 and CuPy 14.2.0 answered in the same 41 conditions on a made-up driver, against the gates.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "base/text.h"
#include "frameworks/predict.h"
#include "support/collected.h"

namespace gpuwhy {
namespace {

constexpr std::string_view system_folder = "/usr/lib/x86_64-linux-gnu", toolkit = "/usr/local/cuda-13.0/targets/x86_64-linux/lib",
                           site = "/home/noor/ml/venv/lib/python3.12/site-packages";

struct Condition {
  std::string name;
  std::string patch;      // lines of a manifest; $MATH(stem) is that library of the toolkit that the framework uses
  std::int64_t sessions;  // of ONNX Runtime with the CUDA provider: 1 or 0
  std::string line;       // what it prints, "" = nothing
  std::int64_t devices;   // CuPy
  std::string error;      // what getDeviceCount() raises, "" = nothing
  bool session_aborts = false;
};

void PrintTo(const Condition& value, std::ostream* out) { *out << value.name; }

std::string init_fails(int code, int nvml = 0) {
  return fmt::format("include common/answers-init-fails.manifest LIB={} VERSION=580.65.06 DRIVER_CUDA=13000 INIT={} NVML={}\n",
                     system_folder, code, nvml);
}

std::string one_card(const std::string& capability, int driver_cuda = 13000) {
  return fmt::format(
      "include common/answers-one-card.manifest LIB={} VERSION=580.65.06 DRIVER_CUDA={} NAME=Card CC={} PCI=0000:01:00.0 "
      "MEMORY=8589934592 UUID=7d2c1e0b-4a55-4b0e-9d31-5b7e0f8a6c12\n",
      system_folder, driver_cuda, capability);
}

std::string count_of(int count) {
  std::string text = fmt::format("probe <<END\nfact libcuda.path {}/libcuda.so.580.65.06\nfact cuInit 0\nfact cuDriverGetVersion 0 13000\n",
                                 system_folder);
  text += fmt::format("fact cuDeviceGetCount 0 {}\n", count);
  for (int i = 0; i < count; ++i) text += fmt::format("fact device.{}.name Card\nfact device.{}.capability 8.9\n", i, i);
  return text + "END\n";
}

std::string no_libcuda(const std::string& instead = {}) {
  return fmt::format("remove {0}/libcuda.so.1\n{1}\nprobe <<END\nfact libcuda.error libcuda.so.1: cannot be opened\nEND\n", system_folder,
                     instead);
}

std::string libcuda_is(const std::string& word, const std::string& rest) {
  return no_libcuda(fmt::format("{} {}/libcuda.so.1 {}", word, system_folder, rest));
}

std::string stub_first() {
  return "elf /opt/stubs/libcuda.so.1 soname=libcuda.so.1 stub\nenv LD_LIBRARY_PATH=/opt/stubs:/usr/local/cuda/lib64\n"
         "probe <<END\nfact libcuda.path /opt/stubs/libcuda.so.1\nfact cuInit 34\nfact cuDriverGetVersion 34\nEND\n";
}

std::string no_nvml() {
  return fmt::format("remove {0}/libnvidia-ml.so.1\nremove {0}/libnvidia-ml.so.580.65.06\n", system_folder) + count_of(1);
}

const std::string insufficient = "cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version";
const std::string too_old = "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version";
const std::string nothing_seen = "CUDA failure 100: no CUDA-capable device is detected";
const std::string no_device = "cudaErrorNoDevice: no CUDA-capable device is detected";
const std::string mismatch = "system has unsupported display driver / cuda driver combination";
const std::string not_opened = "libonnxruntime_providers_cuda.so with error: ";
const std::string gone = ": cannot open shared object file: No such file or directory";

const Condition conditions[] = {
    {"fake_gpu", "", 1, "", 1, ""},
    {"count_2", count_of(2), 1, "", 2, ""},
    {"capability_3_5", one_card("3.5"), 1, "", 1, ""},
    {"capability_6_1", one_card("6.1"), 1, "", 1, ""},
    {"capability_12_0", one_card("12.0"), 1, "", 1, ""},
    {"init_3", init_fails(3), 0, "CUDA failure 3: initialization error", 0, "cudaErrorInitializationError: initialization error"},
    {"init_34", init_fails(34), 0, "CUDA failure 34: CUDA driver is a stub library", 0,
     "cudaErrorStubLibrary: CUDA driver is a stub library"},
    {"init_100", init_fails(100), 0, nothing_seen, 0, no_device},
    {"init_802", init_fails(802), 0, "CUDA failure 802: system not yet initialized", 0,
     "cudaErrorSystemNotReady: system not yet initialized"},
    {"init_803", init_fails(803), 0, "CUDA failure 803: " + mismatch, 0, "cudaErrorSystemDriverMismatch: " + mismatch},
    {"init_804", init_fails(804), 0, "CUDA failure 804: forward compatibility was attempted on non supported HW", 0,
     "cudaErrorCompatNotSupportedOnDevice: forward compatibility was attempted on non supported HW"},
    {"init_999", init_fails(999), 0, "CUDA failure 999: unknown error", 0, "cudaErrorUnknown: unknown error"},
    {"module_of_another_version", init_fails(803, 18), 0, "CUDA failure 803: " + mismatch, 0, "cudaErrorSystemDriverMismatch: " + mismatch},
    {"visible_empty", "env CUDA_VISIBLE_DEVICES=\n" + count_of(0), 0, nothing_seen, 0, no_device},
    {"visible_minus_one", "env CUDA_VISIBLE_DEVICES=-1\n" + count_of(0), 0, nothing_seen, 0, no_device},
    {"visible_one_of_one", "env CUDA_VISIBLE_DEVICES=1\n" + count_of(0), 0, nothing_seen, 0, no_device},
    {"visible_twice", "env CUDA_VISIBLE_DEVICES=0,0\n" + count_of(0), 0, nothing_seen, 0, no_device},
    {"visible_word", "env CUDA_VISIBLE_DEVICES=gpu0\n" + count_of(0), 0, nothing_seen, 0, no_device},
    {"visible_one_of_two", "env CUDA_VISIBLE_DEVICES=1\n" + count_of(1), 1, "", 1, ""},
    {"visible_past_the_last", "env CUDA_VISIBLE_DEVICES=0,1\n" + count_of(1), 1, "", 1, ""},
    {"visible_by_prefix", "env CUDA_VISIBLE_DEVICES=GPU-7d2c\n" + count_of(1), 1, "", 1, ""},
    {"driver_11_4", one_card("8.9", 11040), 0, too_old, 0, insufficient},
    {"driver_12_2", one_card("8.9", 12020), 0, too_old, 1, ""},
    {"driver_12_8", one_card("8.9", 12080), 0, too_old, 1, ""},
    {"no_driver", no_libcuda(), 0, not_opened + "libcuda.so.1" + gone, 0, insufficient},
    {"libcuda_of_32_bits", libcuda_is("elf", "soname=libcuda.so.1 class=32"), 0, not_opened + "libcuda.so.1: wrong ELF class: ELFCLASS32",
     0, insufficient},
    {"libcuda_empty", libcuda_is("file", ""), 0, not_opened + "/lib/x86_64-linux-gnu/libcuda.so.1: file too short", 0, insufficient},
    {"libcuda_is_text", libcuda_is("file", "= this file is text and not a library; it is longer than the header of a library"), 0,
     not_opened + "/lib/x86_64-linux-gnu/libcuda.so.1: invalid ELF header", 0, insufficient},
    {"stub_first", stub_first(), 0, "CUDA failure 34: CUDA driver is a stub library", 0,
     "cudaErrorStubLibrary: CUDA driver is a stub library"},
    {"no_device_files", "remove /dev/nvidia0\nremove /dev/nvidiactl\n" + count_of(1), 1, "", 1, ""},
    {"nvml_missing", no_nvml(), 1, "", 1, ""},
    {"nvml_init_9", init_fails(0, 9) + count_of(1), 1, "", 1, ""},
    {"nvml_init_18", init_fails(0, 18) + count_of(1), 1, "", 1, ""},
    {"no_cublas", "remove $MATH(libcublas)\n", 0, not_opened + "libcublas.so.13" + gone, 1, ""},
    {"no_cudart", "remove $MATH(libcudart)\n", 0, not_opened + "libcudart.so.13" + gone, 1, ""},
    {"no_cudnn", "remove $MATH(libcudnn)\n", 1, "", 1, ""},
    {"no_cudnn_graph", "remove $MATH(libcudnn_graph)\n", 0, "Invalid handle. Cannot load symbol cudnnCreate", 1, "", true},
    {"no_nvjitlink", "remove $MATH(libnvJitLink)\n", 1, "", 1, ""},
    {"toolkit_first", "env LD_LIBRARY_PATH=/usr/local/cuda/lib64\n", 1, "", 1, ""},
};

// Each framework has its own libraries: those of the toolkit and the system, or those of the wheels. A removal of what it does not have is
// left out.
std::string patched(const std::string& patch, bool wheels) {
  const std::pair<const char*, const char*> places[] = {{"libcublas", "cublas/lib/libcublas.so.12"},
                                                        {"libcudart", "cuda_runtime/lib/libcudart.so.12"},
                                                        {"libnvJitLink", "nvjitlink/lib/libnvJitLink.so.12"}};
  std::size_t at = patch.find("$MATH(");
  if (at == std::string::npos) return patch;
  std::string stem = patch.substr(at + 6, patch.find(')') - at - 6), path;
  if (wheels) {
    for (const auto& [name, place] : places)
      if (stem == name) path = fmt::format("{}/nvidia/{}", site, place);
  } else if (stem.starts_with("libcudnn")) {
    path = fmt::format("{}/{}.so.9", system_folder, stem);
  } else if (stem != "libnvJitLink") {
    path = fmt::format("{}/{}.so.13", toolkit, stem);
  }
  return path.empty() ? std::string() : fmt::format("remove {}\n", path);
}

Prediction prediction_of(const std::string& machine, const std::string& patch) {
  std::string text = fmt::format("include {}/machine.manifest\n{}", machine, patch);
  auto snapshot = testing::collect_manifest_text(text, "a condition", GPUWHY_SOURCE "/tests/machines");
  EXPECT_TRUE(snapshot) << (snapshot ? "" : snapshot.error().message);
  if (!snapshot) return {};
  EXPECT_EQ(snapshot->environments.front().frameworks.size(), 1u);
  return predict(*snapshot, 0, snapshot->environments.front().frameworks.at(0));
}

class Recorded : public ::testing::TestWithParam<Condition> {};

TEST_P(Recorded, onnxruntime_is_predicted) {
  const Condition& condition = GetParam();
  Prediction prediction = prediction_of("healthy-onnxruntime-gpu", patched(condition.patch, false));
  ASSERT_TRUE(prediction.sees_gpus.is_known()) << prediction.sees_gpus.detail();
  EXPECT_EQ(*prediction.sees_gpus, condition.sessions);
  EXPECT_EQ(prediction.outcome, condition.session_aborts ? Outcome::aborts : Outcome::lists);
  std::vector<std::string> said = prediction.expected_log;
  std::erase(said, "no kernel image is available for execution on the device");  // of the first kernel, which nobody ran
  std::string all = join(said, "\n");
  EXPECT_EQ(said.size(), condition.line.empty() ? 0u : 1u) << all;
  EXPECT_TRUE(all.ends_with(condition.line)) << all;
  ASSERT_EQ(prediction.calls.size(), 2u);
  EXPECT_TRUE(prediction.calls[0].answer.is(std::int64_t{1})) << "get_available_providers() always lists it";
}

TEST_P(Recorded, cupy_is_predicted) {
  const Condition& condition = GetParam();
  Prediction prediction = prediction_of("healthy-cupy-cuda12x", patched(condition.patch, true));
  ASSERT_TRUE(prediction.sees_gpus.is_known()) << prediction.sees_gpus.detail();
  EXPECT_EQ(*prediction.sees_gpus, condition.devices);
  EXPECT_EQ(prediction.outcome, condition.error.empty() ? Outcome::lists : Outcome::raises);
  bool raises = std::ranges::find(prediction.expected_log, "CUDARuntimeError: " + condition.error) != prediction.expected_log.end();
  EXPECT_EQ(raises, !condition.error.empty()) << join(prediction.expected_log, "\n");
  ASSERT_EQ(prediction.calls.size(), 1u);
  EXPECT_TRUE(prediction.calls[0].answer.is(condition.devices));
}

INSTANTIATE_TEST_SUITE_P(Real, Recorded, ::testing::ValuesIn(conditions),
                         [](const ::testing::TestParamInfo<Condition>& condition) { return condition.param.name; });

// What no recording covers, and the sources of both decide.

TEST(Onnxruntime, torch_for_another_cuda_does_not_help_although_it_is_mapped_before) {
  auto snapshot = testing::collect_manifest_text("include onnxruntime-gpu-beside-torch-cu128/machine.manifest\n", "both",
                                                 GPUWHY_SOURCE "/tests/machines");
  ASSERT_TRUE(snapshot);
  snapshot->meta.import_order = {"torch", "onnxruntime"};
  for (const FrameworkBuild& build : snapshot->environments.front().frameworks) {
    Prediction prediction = predict(*snapshot, 0, build);
    EXPECT_TRUE(prediction.sees_gpus.is(std::int64_t{build.framework == FrameworkKind::torch ? 1 : 0}));
    EXPECT_EQ(prediction.blocked_at, build.framework == FrameworkKind::onnxruntime ? "open-provider" : "");
  }
}

TEST(Onnxruntime, the_cpu_package_never_lists_the_provider) {
  Prediction prediction = prediction_of("onnxruntime-cpu-over-gpu", "");
  EXPECT_EQ(prediction.blocked_at, "cuda-build");
  ASSERT_EQ(prediction.calls.size(), 2u);
  EXPECT_TRUE(prediction.calls[0].answer.is(std::int64_t{0}));
}

TEST(Onnxruntime, without_cudnn_a_session_works_and_the_gate_is_degraded) {
  Prediction prediction = prediction_of("healthy-onnxruntime-gpu", patched("remove $MATH(libcudnn)\n", false));
  const Gate* gate = prediction.find_gate("open-cudnn");
  ASSERT_NE(gate, nullptr);
  EXPECT_EQ(gate->state, GateState::degraded);
  EXPECT_TRUE(prediction.usable_gpus.is(std::int64_t{1}));
}

TEST(Onnxruntime, a_card_without_code_is_listed_and_not_usable) {
  Prediction prediction = prediction_of("healthy-onnxruntime-gpu", one_card("6.1"));
  EXPECT_TRUE(prediction.sees_gpus.is(std::int64_t{1}));
  EXPECT_TRUE(prediction.usable_gpus.is(std::int64_t{0}));
}

TEST(Onnxruntime, a_provider_that_was_deleted_stops_the_session_and_not_the_import) {
  Prediction prediction =
      prediction_of("healthy-onnxruntime-gpu", fmt::format("remove {}/onnxruntime/capi/libonnxruntime_providers_cuda.so\n", site));
  EXPECT_EQ(prediction.outcome, Outcome::lists);
  EXPECT_EQ(prediction.blocked_at, "open-provider");
}

TEST(Cupy, without_nvrtc_it_lists_the_card_and_cannot_run_a_kernel) {
  Prediction prediction = prediction_of("healthy-cupy-cuda12x", fmt::format("remove {}/nvidia/cuda_nvrtc\n", site));
  EXPECT_TRUE(prediction.sees_gpus.is(std::int64_t{1}));
  EXPECT_TRUE(prediction.usable_gpus.is(std::int64_t{0}));
  EXPECT_EQ(prediction.blocked_at, "open-nvrtc");
}

TEST(Cupy, without_cublas_the_first_kernel_runs) {
  Prediction prediction = prediction_of("healthy-cupy-cuda12x", fmt::format("remove {}/nvidia/cublas/lib/libcublas.so.12\n", site));
  EXPECT_TRUE(prediction.usable_gpus.is(std::int64_t{1}));
  const Gate* gate = prediction.find_gate("open-cublas");
  ASSERT_NE(gate, nullptr);
  EXPECT_EQ(gate->state, GateState::degraded);
}

TEST(Cupy, a_card_older_than_what_nvrtc_compiles_for_is_not_usable) {
  Prediction prediction = prediction_of("healthy-cupy-cuda12x", one_card("3.5"));
  EXPECT_TRUE(prediction.sees_gpus.is(std::int64_t{1}));
  EXPECT_TRUE(prediction.usable_gpus.is(std::int64_t{0}));
}

TEST(Cupy, before_14_the_wheels_are_not_searched) {
  std::string older = fmt::format("file {}/cupy/_version.py = __version__ = '13.6.0'\n", site);
  Prediction prediction = prediction_of("healthy-cupy-cuda12x", older);
  EXPECT_EQ(prediction.blocked_at, "open-nvrtc");
  Prediction searched = prediction_of("healthy-cupy-cuda12x", older + fmt::format("env LD_LIBRARY_PATH={}/nvidia/cuda_nvrtc/lib\n", site));
  EXPECT_TRUE(searched.usable_gpus.is(std::int64_t{1}));
}

TEST(Cupy, a_toolkit_that_cuda_path_names_is_the_last_place) {
  Prediction prediction =
      prediction_of("healthy-cupy-cuda12x", fmt::format("remove {}/nvidia/cuda_nvrtc\n"
                                                        "elf /usr/local/cuda-12.6/lib64/libnvrtc.so.12.6.85 soname=libnvrtc.so.12\n"
                                                        "link /usr/local/cuda-12.6/lib64/libnvrtc.so.12 -> libnvrtc.so.12.6.85\n"
                                                        "env CUDA_PATH=/usr/local/cuda-12.6\n",
                                                        site));
  EXPECT_TRUE(prediction.usable_gpus.is(std::int64_t{1}));
  const Gate* gate = prediction.find_gate("open-nvrtc");
  ASSERT_NE(gate, nullptr);
  EXPECT_EQ(gate->library->path, "/usr/local/cuda-12.6/lib64/libnvrtc.so.12");
}

TEST(Cupy, a_card_newer_than_nvrtc_needs_ptx) {
  std::string patch = fmt::format(
      "remove {}/nvidia/cuda_nvrtc\nelf /opt/cuda/libnvrtc.so.12.4.127 soname=libnvrtc.so.12\n"
      "link /opt/cuda/libnvrtc.so.12 -> libnvrtc.so.12.4.127\nenv LD_LIBRARY_PATH=/opt/cuda\n",
      site);
  Prediction prediction = prediction_of("healthy-cupy-cuda12x", patch + one_card("12.0"));
  EXPECT_TRUE(prediction.usable_gpus.is(std::int64_t{0}));
}

}  // namespace
}  // namespace gpuwhy
