// Typed access to the tables of data/facts, compiled in by tools/gen-facts. Every row of a table has its source and date there. A cell
// that nobody read ('?' in the table) is an empty view here, never a guess; "-" means that there is none (ptx "-": the build holds no
// PTX). Pure look-ups, no allocation.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/version.h"

namespace gpuwhy::facts {

// The newest date in any table: "facts as of".
std::string_view as_of();

// --- cards ---
struct PciDevice {
  std::uint16_t id;                     // device id of vendor 10de
  std::string_view name;                // "GeForce RTX 4070 Laptop GPU"
  std::string_view chip, architecture;  // "AD106", "Ada Lovelace"
  std::string_view compute_capability;  // "8.9"
  std::string_view last_driver_branch;  // "470", "current"; the last branch that drives it
  std::string_view kernel_modules;      // "proprietary-only", "open-or-proprietary", "open-only"
  std::string_view source;
};
const PciDevice* find_pci_device(std::uint16_t id);

// --- driver and CUDA ---
struct DriverBranch {
  int branch;  // 570
  int cuda;    // 12080: newest CUDA that it supports natively
  std::string_view kind, eol, oldest_gpu, newest_gpu, open_modules_required, source;
};
const DriverBranch* find_driver_branch(int branch);
std::span<const DriverBranch> driver_branches();

// 12080 for 12.8 and 12.8.1: the form of cuDriverGetVersion and of the look-ups below.
inline int cuda_number(const Version& cuda) { return cuda.major() * 1000 + cuda.minor() * 10; }

struct ToolkitMinimum {
  int cuda;                     // 12080
  std::string_view native_min;  // the oldest driver of any of its releases: "570.26"; "R615" where only the branch is documented
  // With minor version compatibility: "525.60.13". CUDA 10 and older know none: native_min again. In 11.0 it is newer than native_min
  // (450.51.05 runs 11.0 itself, but the family needs 450.80.02), so a driver does if it reaches either of the two.
  std::string_view family_min;
  std::string_view source;
};
const ToolkitMinimum* find_toolkit_minimum(int cuda);

// What the compiler of a toolkit can build for.
struct ToolkitTargets {
  int cuda;                        // 12080
  std::string_view sass, ptx;      // "sm_75,sm_80", "compute_75,compute_80"
  std::string_view arch_specific;  // "90a 100a 100f"
  std::string_view ptx_isa;        // "8.7": a driver older than this CUDA refuses its PTX
  std::string_view source;
};
const ToolkitTargets* find_toolkit_targets(int cuda);

// A result of the driver API (CUresult), the runtime (cudaError_t) or NVML (nvmlReturn_t).
struct ErrorCode {
  int code;
  std::string_view symbol, meaning;  // "CUDA_ERROR_NO_DEVICE"; "" for codes that never hide a GPU
  std::string_view category;         // "no-device", "version", "library", ...
  std::string_view look_at;          // what to look at first
};
const ErrorCode* find_driver_error(int code);
const ErrorCode* find_runtime_error(int code);
const ErrorCode* find_nvml_error(int code);

// A file or node that the driver stack needs; <N>, <bus id> and * in the path stand for anything.
struct DeviceNode {
  std::string_view path, platform, kind, created_by, needed_for, when_missing, error, source;
};
std::span<const DeviceNode> device_nodes();

// --- frameworks ---
struct TensorflowRelease {
  std::string_view release;                // "2.20.0"
  std::string_view python;                 // "3.9-3.13"
  std::string_view cuda, cudnn;            // "12.5", "9.3"
  std::string_view sass, ptx;              // "60,70,80,89,90", "90"
  std::string_view runpath_nvidia_wheels;  // "yes", "no"
  std::string_view and_cuda_pins;          // "nvidia-cublas-cu12<13.0,>=12.5.3.2;..."
  std::string_view source;
};
// The row of that very release, else of the newest patch of the same minor release.
const TensorflowRelease* find_tensorflow(const Version& version);
std::span<const TensorflowRelease> tensorflow_releases();

// A distribution that brings TensorFlow or a plug-in of it. `versions` as is_in_versions() reads it, where it is of that form.
struct TensorflowPackage {
  std::string_view package, versions, platform, nvidia_gpu, import_name, note, source;
};
std::span<const TensorflowPackage> tensorflow_packages();

struct TorchRelease {
  std::string_view release;   // "2.10": patch releases share the row
  std::string_view variant;   // "cu128", "cpu"
  std::string_view platform;  // "linux-x86_64;windows-x86_64"
  bool pypi_default_linux;    // plain `pip install torch` on Linux x86-64 gives this one
  std::string_view python, cuda, cudnn, sass, ptx, min_driver, nvidia_pins, source;
  bool pypi_default;  // of the platform of its row
};
// architecture: "x86_64" or "aarch64", of Linux. Variant "" means what plain `pip install torch` gives there.
const TorchRelease* find_torch(const Version& version, std::string_view variant, std::string_view architecture);
std::span<const TorchRelease> torch_releases();

struct JaxRelease {
  std::string_view release;          // "0.10.2"
  int cuda_major;                    // of the plugin that the row speaks of; 0: a jaxlib that held the CUDA code itself (before 0.4.30)
  std::string_view python;           // ">=3.11"
  std::string_view built_with_cuda;  // "12.9"
  std::string_view min_cuda, min_cudnn, min_driver;  // "12.1", "9.8", "525"
  std::string_view min_cc;                           // as its documentation says: "5.2"
  std::string_view sass, ptx;                        // of code built beforehand; XLA compiles the rest for the card at run time
  std::string_view source;
};
// The newest row of that CUDA major that is not newer than the version: a row stands where something changed.
const JaxRelease* find_jax(const Version& version, int cuda_major);
std::span<const JaxRelease> jax_releases();

// Any other package that does or does not hold GPU code: onnxruntime-gpu, cupy-cuda12x, bitsandbytes, opencv-python, ...
struct GpuPackage {
  std::string_view library, package;         // "onnxruntime", "onnxruntime-gpu"
  std::string_view versions;                 // as is_in_versions() reads it, where it is of that form
  std::string_view gpu;                      // "yes", "no", "both", "stub", "opencl", "by extra", "backend", "compiler", "optional"
  std::string_view cuda_major, cudnn_major;  // "12"; also in words
  std::string_view sonames;                  // what its libraries need or open, in words
  std::string_view sass, ptx;                // "75,80,86", "-"
  std::string_view note, source;
};
// The row of that very version, else of a range that it lies in; nullptr for a version that nobody read.
const GpuPackage* find_gpu_package(std::string_view package, const Version& version);
std::span<const GpuPackage> gpu_packages();

// --- libraries ---
// What a framework opens by name (framework_libs.tsv), for versions whose own files do not tell.
struct FrameworkLibrary {
  std::string_view framework, versions;  // "tensorflow", "2.15..2.17" (see is_in_versions)
  std::string_view object, soname, how;  // "libtensorflow_framework.so.2", "libcudnn.so.9", "dlopen"
  std::string_view required;             // "yes", "optional", "profiler only", ...
  std::string_view wheel, path;          // "nvidia-cudnn-cu12", below site-packages
  std::string_view log_if_missing, source;
};
std::span<const FrameworkLibrary> framework_libraries();

// Does a version lie in a range of the tables: "2.20" (all its patches), "2.15..2.17", "2.14..", "..2.16", "any"; words behind a blank
// are a remark ("2.10 (cu128)"). False for anything else.
bool is_in_versions(const Version& version, std::string_view range);

struct WheelLibrary {
  std::string_view wheel;   // "nvidia-cudnn-cu12"
  std::string_view soname;  // "libcudnn.so.9"; a tool or data file: "ptxas", "libdevice.10.bc"
  std::string_view path;    // "nvidia/cudnn/lib/libcudnn.so.9", below site-packages
  int cuda_major;           // 12
};
std::span<const WheelLibrary> wheel_libraries();
// The PyPI wheel that brings a soname for a CUDA major: libcudnn.so.9, 12 -> nvidia-cudnn-cu12. 0 = any; of several, the newest CUDA.
const WheelLibrary* find_wheel_for(std::string_view soname, int cuda_major);

struct CudnnRelease {
  std::string_view cudnn, cuda_major, driver_min, lowest_cc, soname, source;
  std::string_view sublibraries;  // "libcudnn_graph,libcudnn_ops,...", each with the main library's .so.N
};
// The row of that minor release for that CUDA major.
const CudnnRelease* find_cudnn(const Version& version, int cuda_major);

// Environment variables that matter and whose values may be kept in a snapshot; the list is env_vars.tsv's.
bool is_known_variable(std::string_view name);
std::span<const std::string_view> known_variables();

}  // namespace gpuwhy::facts
