// The words with which CUDA and NVML say what went wrong, as cudaGetErrorString, cuGetErrorString and nvmlErrorString give them, and the
// numbers behind them. Private to read_cuda_errors.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gpuwhy {

enum class Context : std::uint8_t {
  alone,         // nobody else says this
  behind_error,  // common words: only behind "CUDA error", "cuInit" or the like on the same line
};

struct ErrorText {
  std::string_view text;  // lower case
  int code;               // of the driver API; of NVML in nvml_error_texts()
  Context context;
};
std::span<const ErrorText> cuda_error_texts();
std::span<const ErrorText> nvml_error_texts();

// The number of a name whatever its form: CUDA_ERROR_NO_DEVICE, cudaErrorNoDevice, NVML_ERROR_DRIVER_NOT_LOADED, NVMLError_DriverNotLoaded,
// ERROR_DRIVER_NOT_LOADED. Nothing for a name that is none.
std::optional<int> cuda_error_named(std::string_view name);
std::optional<int> nvml_error_named(std::string_view name);

// The driver API's number for one that a program printed: runtimes before CUDA 10.1 counted otherwise (38 = no device). Nothing for a
// number that no error has.
std::optional<int> driver_error_of(int printed);

}  // namespace gpuwhy
