// The ladder, bottom to top. What is broken on a lower rung explains what is broken above it.
#pragma once

#include <array>
#include <string_view>

namespace gpuwhy {

enum class Layer {
  hardware,
  kernel_driver,
  device_nodes,
  allocation,
  driver_libraries,
  cuda_libraries,
  framework_build,
  process,
  first_kernel,
  program,
};

struct LayerNames {
  std::string_view slug;   // in JSON and in folder names
  std::string_view title;  // for people
};

inline constexpr std::array<LayerNames, 10> layer_names = {{
    {"hardware", "hardware"},
    {"kernel-driver", "kernel driver"},
    {"device-nodes", "device nodes"},
    {"allocation", "allocation"},
    {"driver-libraries", "driver libraries"},
    {"cuda-libraries", "CUDA libraries"},
    {"framework-build", "build"},
    {"process", "process"},
    {"first-kernel", "first kernel"},
    {"program", "program"},
}};

constexpr std::string_view slug(Layer layer) { return layer_names[static_cast<std::size_t>(layer)].slug; }
constexpr std::string_view title(Layer layer) { return layer_names[static_cast<std::size_t>(layer)].title; }

}  // namespace gpuwhy
