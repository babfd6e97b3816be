// What the real JAX 0.10.2 with its CUDA 12 plugin answered in 41 conditions (and a few more that its source decides), against the gates.

#include <gtest/gtest.h>

#include <ostream>

#include "frameworks/jax/platforms.h"
#include "frameworks/predict.h"
#include "support/collected.h"

namespace gpuwhy {
namespace {

constexpr std::string_view site = "/home/priya/jax/lib/python3.12/site-packages";

struct Condition {
  std::string name;
  std::string patch;  // lines of a manifest
  std::int64_t sees;
  Outcome outcome = Outcome::lists;
  std::string blocked_at = {};
};

void PrintTo(const Condition& value, std::ostream* out) { *out << value.name; }

std::string driver(int init, int version, int count, const std::string& capability, int nvml) {
  std::string text = "probe <<END\nfact libcuda.path /usr/lib/x86_64-linux-gnu/libcuda.so.580.65.06\n";
  text += "fact cuInit " + std::to_string(init) + "\nfact cuDriverGetVersion 0 " + std::to_string(version) + "\n";
  if (init == 0) text += "fact cuDeviceGetCount 0 " + std::to_string(count) + "\n";
  for (int i = 0; init == 0 && i < count; ++i) {
    std::string device = "fact device." + std::to_string(i) + ".";
    std::string number = std::to_string(i);
    text += device + "name Card\n" + device + "pci 0000:0" + number + ":04.0\n" + device + "capability " + capability + "\n" + device +
            "compute-mode 0\n" + device + "memory 15637086208\n" + device + "uuid GPU-" + number + "f6c0a54-91d7-4e0b-8b7a-0c5de61f3a92\n";
  }
  if (nvml >= 0)
    text += "fact nvml.path /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.580.65.06\nfact nvmlInit_v2 " + std::to_string(nvml) + "\n";
  return text + "END\n";
}

std::string without(std::string_view file) { return "remove " + std::string(site) + "/nvidia/" + std::string(file) + "\n"; }

std::string no_nodes() { return "remove /dev/nvidia0\nremove /dev/nvidiactl\n"; }

std::string no_nvml() {
  return "remove /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1\nremove /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.580.65.06\n" +
         driver(0, 13000, 1, "8.9", -1);
}

std::string no_driver() {
  return "remove /usr/lib/x86_64-linux-gnu/libcuda.so.1\nremove /usr/lib/x86_64-linux-gnu/libcuda.so.580.65.06\n"
         "probe <<END\nfact libcuda.error libcuda.so.1: cannot open shared object file\nEND\n";
}

std::string libcuda_is(const std::string& line) {
  return "remove /usr/lib/x86_64-linux-gnu/libcuda.so.1\n" + line + "\nprobe <<END\nfact libcuda.error libcuda.so.1: bad file\nEND\n";
}

class RealJax : public ::testing::TestWithParam<Condition> {};

TEST_P(RealJax, is_predicted) {
  const Condition& condition = GetParam();
  std::string folder = std::string(GPUWHY_SOURCE) + "/tests/machines/healthy-jax-cuda12";
  auto snapshot = testing::collect_manifest_text("include machine.manifest\n" + condition.patch, condition.name, folder);
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  auto predictions = predict_all(*snapshot);
  ASSERT_EQ(predictions.size(), 1u);
  const Prediction& prediction = predictions.front();
  EXPECT_EQ(prediction.framework, FrameworkKind::jax);
  EXPECT_EQ(prediction.outcome, condition.outcome);
  EXPECT_TRUE(prediction.sees_gpus.is(condition.sees)) << (prediction.sees_gpus.is_known() ? *prediction.sees_gpus : -1);
  EXPECT_EQ(prediction.blocked_at, condition.blocked_at);
}

const Condition recorded[] = {
    {"fake-gpu", "", 1},
    {"count-2", driver(0, 13000, 2, "8.9", 0), 2},
    {"cc-3.5", driver(0, 13000, 1, "3.5", 0), 1, Outcome::lists, "architecture"},
    {"cc-6.1", driver(0, 13000, 1, "6.1", 0), 1},
    {"cc-12.0", driver(0, 13000, 1, "12.0", 0), 1},
    {"cuinit-3", driver(3, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"cuinit-34", driver(34, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"cuinit-100", driver(100, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"cuinit-802", driver(802, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"cuinit-803", driver(803, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"cuinit-804", driver(804, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"cuinit-999", driver(999, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"proc-mismatch-803", driver(803, 13000, 0, "", 18), 0, Outcome::lists, "cu-init"},
    {"cvd-0,0", "env CUDA_VISIBLE_DEVICES=0,0\n" + driver(100, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"cvd-0,1", "env CUDA_VISIBLE_DEVICES=0,1\n", 1},
    {"cvd-1", "env CUDA_VISIBLE_DEVICES=1\n" + driver(100, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"cvd-1-of-2", "env CUDA_VISIBLE_DEVICES=1\n" + driver(0, 13000, 1, "8.9", 0), 1},
    {"cvd-empty", "env CUDA_VISIBLE_DEVICES=\n" + driver(100, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"cvd-minus1", "env CUDA_VISIBLE_DEVICES=-1\n" + driver(100, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"cvd-uuid-prefix", "env CUDA_VISIBLE_DEVICES=GPU-2f6c\n", 1},
    {"cvd-word", "env CUDA_VISIBLE_DEVICES=gpu0\n" + driver(100, 13000, 0, "", 0), 0, Outcome::lists, "cu-init"},
    {"driver-11.4", driver(0, 11040, 1, "8.9", 0), 0, Outcome::raises, "driver-version"},
    {"driver-11.4-symbols", driver(0, 11040, 1, "7.5", 0), 0, Outcome::raises, "driver-version"},
    {"driver-12.2", driver(0, 12020, 1, "8.9", 0), 1},
    {"driver-12.8", driver(0, 12080, 1, "8.9", 0), 1},
    {"libcuda-elf32", libcuda_is("elf /usr/lib/x86_64-linux-gnu/libcuda.so.1 class=32"), 0, Outcome::lists, "open-libcuda"},
    {"libcuda-empty", libcuda_is("file /usr/lib/x86_64-linux-gnu/libcuda.so.1"), 0, Outcome::lists, "open-libcuda"},
    {"libcuda-text", libcuda_is("file /usr/lib/x86_64-linux-gnu/libcuda.so.1 size=100 = text"), 0, Outcome::lists, "open-libcuda"},
    {"no-driver", no_driver(), 0, Outcome::lists, "open-libcuda"},
    {"no-cublas", without("cublas/lib/libcublas.so.12"), 0, Outcome::lists, "open-cublas"},
    {"no-cudart", without("cuda_runtime/lib/libcudart.so.12"), 0, Outcome::lists, "open-cudart"},
    {"no-cudnn", without("cudnn/lib/libcudnn.so.9"), 0, Outcome::lists, "open-cudnn"},
    {"no-cudnn-graph", without("cudnn/lib/libcudnn_graph.so.9"), 0, Outcome::aborts, "open-cudnn-graph"},
    {"no-cupti", without("cuda_cupti/lib/libcupti.so.12"), 0, Outcome::lists, "open-cupti"},
    {"no-nvjitlink", without("nvjitlink/lib/libnvJitLink.so.12"), 0, Outcome::lists, "open-cusparse"},
    {"no-dev-nodes", no_nodes() + driver(0, 13000, 1, "8.9", 0), 0, Outcome::lists, "device-files"},
    {"nvml-missing", no_nvml(), 0, Outcome::raises, "nvml-init"},
    {"nvml-init-9", driver(0, 13000, 1, "8.9", 9), 0, Outcome::raises, "nvml-init"},
    {"nvml-init-18", driver(0, 13000, 1, "8.9", 18), 0, Outcome::raises, "nvml-init"},
    {"stub-first",
     "env LD_LIBRARY_PATH=/opt/stubs\nelf /opt/stubs/libcuda.so.1 soname=libcuda.so.1 stub\nprobe <<END\nfact libcuda.path "
     "/opt/stubs/libcuda.so.1\nfact cuInit 34\nEND\n",
     0, Outcome::lists, "cu-init"},
    {"toolkit13-first",
     "env LD_LIBRARY_PATH=/usr/local/cuda-13.0/lib64\nelf /usr/local/cuda-13.0/lib64/libcudart.so.13 soname=libcudart.so.13\n"
     "elf /usr/local/cuda-13.0/lib64/libcusparse.so.12 soname=libcusparse.so.12\n",
     1},
};
INSTANTIATE_TEST_SUITE_P(Recorded, RealJax, ::testing::ValuesIn(recorded));

const Condition by_source[] = {
    {"platforms-cpu", "env JAX_PLATFORMS=cpu\n", 0, Outcome::lists, "platform-choice"},
    {"platforms-cpu-with-a-broken-cudnn", "env JAX_PLATFORMS=cpu\n" + without("cudnn/lib/libcudnn_graph.so.9"), 0, Outcome::lists,
     "platform-choice"},
    {"platforms-cuda", "env JAX_PLATFORMS=cuda\n", 1},
    {"platforms-cuda-without-cudnn", "env JAX_PLATFORMS=cuda\n" + without("cudnn/lib/libcudnn.so.9"), 0, Outcome::raises, "open-cudnn"},
    {"platforms-cuda-without-nodes", "env JAX_PLATFORMS=cuda\n" + no_nodes() + driver(0, 13000, 1, "8.9", 0), 0, Outcome::raises,
     "device-files"},
    {"platforms-cpu-then-cuda", "env JAX_PLATFORMS=cpu,cuda\n", 0, Outcome::lists, "platform-choice"},
    {"platforms-misspelt", "env JAX_PLATFORMS=cdua\n", 0, Outcome::raises, "platform-choice"},
    {"platform-name-cpu", "env JAX_PLATFORM_NAME=cpu\n", 0, Outcome::lists, "platform-choice"},
    {"platform-name-gpu", "env JAX_PLATFORM_NAME=gpu\n", 1},
    {"platform-name-gpu-without-cudnn", "env JAX_PLATFORM_NAME=gpu\n" + without("cudnn/lib/libcudnn.so.9"), 0, Outcome::raises,
     "open-cudnn"},
    {"visible-devices-of-jax-are-no-variable", "env JAX_CUDA_VISIBLE_DEVICES=3\n", 1},
    {"only-nvidiactl", "remove /dev/nvidia0\n" + driver(0, 13000, 1, "8.9", 0), 1},
    {"no-cusolver", without("cusolver/lib/libcusolver.so.11"), 1},
    {"cudnn-cut", "elf " + std::string(site) + "/nvidia/cudnn/lib/libcudnn.so.9 soname=libcudnn.so.9 cut=600\n", 0, Outcome::aborts,
     "open-cudnn"},
    {"no-client", "remove " + std::string(site) + "/jax_plugins/xla_cuda12/xla_cuda_plugin.so\n", 0, Outcome::lists, "cuda-plugin"},
    {"no-modules", "remove " + std::string(site) + "/jax_cuda12_plugin\n", 0, Outcome::lists, "cuda-plugin"},
    {"no-jaxlib", "remove " + std::string(site) + "/jaxlib\n", 0, Outcome::raises, "import"},
    {"jaxlib-too-old", "file " + std::string(site) + "/jaxlib/version.py = _version = \"0.9.0\"\n", 0, Outcome::raises, "import"},
    {"jaxlib-too-new", "file " + std::string(site) + "/jaxlib/version.py = _version = \"0.11.0\"\n", 0, Outcome::raises, "import"},
};
INSTANTIATE_TEST_SUITE_P(BySource, RealJax, ::testing::ValuesIn(by_source));

TEST(JaxPlatforms, gpu_also_asks_for_rocm_and_so_raises) {
  auto choice = frameworks::jax::choose_platforms("gpu", std::nullopt);
  EXPECT_EQ(choice.unknown_platform, "rocm");
  EXPECT_FALSE(choice.unknown_before_cuda);
}

TEST(JaxPlatforms, a_blank_behind_the_comma_makes_another_name) {
  EXPECT_EQ(frameworks::jax::choose_platforms("cuda, cpu", std::nullopt).unknown_platform, " cpu");
}

TEST(JaxPlatforms, an_empty_variable_decides_nothing) { EXPECT_EQ(frameworks::jax::choose_platforms("", "").variable, ""); }

}  // namespace
}  // namespace gpuwhy
