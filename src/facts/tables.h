// What tools/gen-facts writes from data/facts, as facts.cpp reads it. Private to this folder: everyone else includes facts/facts.h.
// Order: pci_devices by id, driver_branches by branch, toolkit tables by CUDA version, errors by code, wheel_libraries by soname and
// then CUDA major downwards, known_variables by name; the others as in their file.
#pragma once

#include <span>
#include <string_view>

#include "facts/facts.h"

namespace gpuwhy::facts::tables {

extern const std::string_view as_of;
extern const std::span<const PciDevice> pci_devices;
extern const std::span<const DriverBranch> driver_branches;
extern const std::span<const ToolkitMinimum> toolkit_minimums;
extern const std::span<const ToolkitTargets> toolkit_targets;
extern const std::span<const ErrorCode> driver_errors;
extern const std::span<const ErrorCode> runtime_errors;
extern const std::span<const ErrorCode> nvml_errors;
extern const std::span<const DeviceNode> device_nodes;
extern const std::span<const TensorflowRelease> tensorflow_releases;
extern const std::span<const TensorflowPackage> tensorflow_packages;
extern const std::span<const TorchRelease> torch_releases;
extern const std::span<const JaxRelease> jax_releases;
extern const std::span<const GpuPackage> gpu_packages;
extern const std::span<const FrameworkLibrary> framework_libraries;
extern const std::span<const WheelLibrary> wheel_libraries;
extern const std::span<const CudnnRelease> cudnn_releases;
extern const std::span<const std::string_view> known_variables;

}  // namespace gpuwhy::facts::tables
