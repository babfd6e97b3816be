#include "frameworks/cupy/runtime_errors.h"

#include "facts/facts.h"

namespace gpuwhy::frameworks {

namespace {

struct RuntimeText {
  std::int64_t code;
  std::string_view text;
};

// The tables reword what an error means; a log holds these words.
constexpr RuntimeText texts[] = {
    {1, "invalid argument"},
    {2, "out of memory"},
    {3, "initialization error"},
    {34, "CUDA driver is a stub library"},
    {insufficient_driver, "CUDA driver version is insufficient for CUDA runtime version"},
    {46, "CUDA-capable device(s) is/are busy or unavailable"},
    {no_device, "no CUDA-capable device is detected"},
    {101, "invalid device ordinal"},
    {304, "OS call failed or operation not supported on this OS"},
    {500, "named symbol not found"},
    {802, "system not yet initialized"},
    {803, "system has unsupported display driver / cuda driver combination"},
    {804, "forward compatibility was attempted on non supported HW"},
    {999, "unknown error"},
};

}  // namespace

std::string runtime_error_text(std::int64_t code) {
  for (const RuntimeText& entry : texts)
    if (entry.code == code) return std::string(entry.text);
  return "unknown error";
}

std::string runtime_error_name(std::int64_t code) {
  const facts::ErrorCode* error = facts::find_runtime_error(static_cast<int>(code));
  return error ? std::string(error->symbol) : "cudaErrorUnknown";
}

}  // namespace gpuwhy::frameworks
