// CUDA_VISIBLE_DEVICES as torch itself reads it for torch.cuda.device_count() (torch/cuda/__init__.py, _parse_visible_devices,
// 1.13 to 2.15). The driver has a parser of its own; the two differ, for example for a card named once by index and once by UUID.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy::frameworks::torch {

struct VisibleDevices {
  bool by_uuid = false;
  bool by_mig = false;
  std::vector<std::int64_t> ordinals;
  std::vector<std::string> uuids;  // prefixes
};

VisibleDevices parse_visible_devices(std::optional<std::string_view> value);

// What device_count() makes of them when NVML lists these cards: the count, or nothing where torch falls back on the CUDA runtime.
std::optional<std::int64_t> count_by_nvml(const VisibleDevices& visible, std::int64_t nvml_count,
                                          const std::vector<std::string>& nvml_uuids);

}  // namespace gpuwhy::frameworks::torch
