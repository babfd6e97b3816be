// What the CUDA runtime calls an error of its own, as CuPy and ONNX Runtime print it: cudaGetErrorName and cudaGetErrorString. A failing
// cuInit comes out of cudaGetDeviceCount and cudaSetDevice under its own number (driver_types.h of CUDA 12 and 13).
#pragma once

#include <cstdint>
#include <string>

namespace gpuwhy::frameworks {

inline constexpr std::int64_t insufficient_driver = 35, no_device = 100;

// "no CUDA-capable device is detected"; "unknown error" for a code without words here.
std::string runtime_error_text(std::int64_t code);
// "cudaErrorNoDevice"; "cudaErrorUnknown" for a code that no table names.
std::string runtime_error_name(std::int64_t code);

}  // namespace gpuwhy::frameworks
