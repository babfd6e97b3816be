#include <gtest/gtest.h>

#include "evidence/derive/card_names.h"
#include "evidence/derive/derive.h"

namespace gpuwhy {
namespace {

struct Given {
  std::string_view name, value;
};

Clues devices(std::initializer_list<Given> given) {
  Clues clues;
  for (const Given& one : given) clues.add(one.name, one.value, 0);
  derive_device_pairs(clues);
  derive_package_pairs(clues);
  return clues;
}

TEST(DevicePairs, an_index_is_held_against_the_count) {
  EXPECT_TRUE(devices({{"env.CUDA_VISIBLE_DEVICES", "2"}, {"gpu.count", "1"}}).has("pair.index-beyond-count"));
  EXPECT_FALSE(devices({{"env.CUDA_VISIBLE_DEVICES", "0,1"}, {"gpu.count", "2"}}).has("pair.index-beyond-count"));
}

TEST(DevicePairs, an_empty_value_hides_all) {
  for (std::string_view value : {"", "-1", "\"\"", "NoDevFiles", "python train.py"})
    EXPECT_TRUE(devices({{"env.CUDA_VISIBLE_DEVICES", value}}).has("pair.all-hidden")) << value;
  for (std::string_view value : {"0", "0, 1", "GPU-1234", "$1"})
    EXPECT_FALSE(devices({{"env.CUDA_VISIBLE_DEVICES", value}}).has("pair.all-hidden")) << value;
}

TEST(DevicePairs, a_list_of_architectures_is_held_against_the_card) {
  EXPECT_TRUE(devices({{"arch.list", "sm_50 sm_60 sm_90"}, {"gpu.sm", "sm_120"}}).has("pair.gpu-too-new"));
  EXPECT_TRUE(devices({{"arch.list", "sm_75 sm_80 sm_90"}, {"gpu.sm", "sm_61"}}).has("pair.gpu-too-old"));
  EXPECT_TRUE(devices({{"arch.list", "sm_61 sm_75"}, {"gpu.cc", "7.0"}}).has("pair.gpu-too-old"));
  Clues served = devices({{"arch.list", "sm_80 sm_90"}, {"gpu.cc", "8.9"}});
  EXPECT_FALSE(served.has("pair.gpu-too-new") || served.has("pair.gpu-too-old"));
}

TEST(DevicePairs, the_tables_know_what_a_release_was_built_for) {
  EXPECT_TRUE(devices({{"package.torch", "2.5.1+cu124"}, {"torch.cuda", "12.4"}, {"gpu", "NVIDIA GeForce RTX 5090"}})
                  .has("pair.build-older-than-gpu"));
  EXPECT_TRUE(devices({{"package.torch", "2.5.1+cu124"}, {"torch.cuda", "12.4"}, {"gpu", "Tesla K40c"}}).has("pair.build-newer-than-gpu"));
}

TEST(CardNames, names_are_known_as_they_are_pasted) {
  EXPECT_EQ(capability_of_card("NVIDIA GeForce RTX 3060 Laptop GPU"), "8.6");
  EXPECT_EQ(capability_of_card("Tesla V100-SXM2-16GB"), "7.0");
  EXPECT_EQ(capability_of_card("NVIDIA A100 80GB PCIe"), "8.0");
  EXPECT_EQ(capability_of_card("GeForce GTX TIT..."), "");
  EXPECT_EQ(capability_of_card("Intel Arc"), "");
}

TEST(PackagePairs, rivals_are_named) {
  EXPECT_TRUE(devices({{"package.onnxruntime", "1.18.0"}, {"package.onnxruntime-gpu", "1.18.0"}}).has("pair.rivals.onnxruntime-gpu"));
  EXPECT_FALSE(devices({{"package.onnxruntime-gpu", "1.18.0"}}).has("pair.rival-packages"));
}

TEST(PackagePairs, rivals_are_named_where_one_command_asks_for_both) {
  EXPECT_TRUE(devices({{"pip.asked", "onnxruntime@3"}, {"pip.asked", "onnxruntime-gpu@3"}}).has("pair.rivals.onnxruntime-gpu"));
  EXPECT_FALSE(devices({{"pip.asked", "onnxruntime@3"}, {"pip.asked", "onnxruntime-gpu@4"}}).has("pair.rival-packages"));
}

TEST(PackagePairs, an_older_copy_than_the_wheel_came_first) {
  EXPECT_TRUE(devices({{"jax.found.cublas", "120205"}, {"package.nvidia-cublas-cu12", "12.4.2.65"}}).has("pair.foreign-copy-first"));
  EXPECT_FALSE(devices({{"jax.found.cublas", "120402"}, {"package.nvidia-cublas-cu12", "12.4.2.65"}}).has("pair.foreign-copy-first"));
  EXPECT_FALSE(devices({{"jax.found.cublas", "x"}, {"package.nvidia-cublas-cu12", "12.4.2.65"}}).has("pair.foreign-copy-first"));
}

TEST(PackagePairs, the_parts_of_jax_are_compared) {
  EXPECT_TRUE(devices({{"package.jax-cuda12-plugin", "0.9.2"}, {"package.jaxlib", "0.9.0.1"}}).has("pair.jax-parts-differ"));
  EXPECT_FALSE(devices({{"package.jax-cuda12-plugin", "0.9.0"}, {"package.jaxlib", "0.9.0.1"}}).has("pair.jax-parts-differ"));
  EXPECT_TRUE(devices({{"package.jax", "0.4.35"}, {"package.jaxlib", "0.4.34"}}).has("pair.jax-without-plugin"));
}

TEST(PackagePairs, tensorflow_on_native_windows) {
  EXPECT_TRUE(devices({{"package.tensorflow", "2.11.0"}, {"place", "windows"}}).has("pair.tensorflow-on-windows"));
  EXPECT_FALSE(devices({{"package.tensorflow", "2.10.1"}, {"place", "windows"}}).has("pair.tensorflow-on-windows"));
  EXPECT_FALSE(devices({{"package.tensorflow", "2.15.0"}, {"place", "windows"}, {"place", "wsl"}}).has("pair.tensorflow-on-windows"));
}

TEST(PackagePairs, a_module_that_pip_lists_is_elsewhere) {
  EXPECT_TRUE(devices({{"python.missing", "torch"}, {"package.torch", "2.1.2"}}).has("pair.missing-but-installed"));
  EXPECT_FALSE(devices({{"python.missing", "einops"}, {"package.torch", "2.1.2"}}).has("pair.missing-but-installed"));
}

}  // namespace
}  // namespace gpuwhy
