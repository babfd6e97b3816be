#include "evidence/readers/error_texts.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "base/text.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

using enum Context;

// Longer texts stand before those that they contain.
constexpr ErrorText cuda_texts[] = {
    {"no cuda-capable device is detected", 100, alone},
    {"no cuda capable device is detected", 100, alone},
    {"no cuda-capable device was found", 100, alone},
    {"cuda driver version is insufficient for cuda runtime version", 35, alone},
    {"cuda driver is a stub library", 34, alone},
    {"api call is not supported in the installed cuda driver", 36, alone},
    {"cuda-capable device(s) is/are busy or unavailable", 46, alone},
    {"all cuda-capable devices are busy or unavailable", 46, alone},
    {"cuda unknown error", 999, alone},
    {"cuda driver initialization failed, you might not have a cuda gpu", 3, alone},
    {"forward compatibility was attempted on non supported hw", 804, alone},
    {"system has unsupported display driver / cuda driver combination", 803, alone},
    {"system not yet initialized", 802, alone},
    {"no kernel image is available for execution on the device", 209, alone},
    {"no kernel image is available for execution on this device", 209, alone},
    {"the provided ptx was compiled with an unsupported toolchain", 222, alone},
    {"a ptx jit compilation failed", 218, alone},
    {"ptx jit compiler library not found", 221, alone},
    {"ptx jit compilation was disabled", 223, alone},
    {"uncorrectable ecc error encountered", 214, alone},
    {"uncorrectable nvlink error detected", 220, alone},
    {"invalid device ordinal", 101, alone},
    {"an illegal memory access was encountered", 700, alone},
    {"an illegal instruction was encountered", 715, alone},
    {"device-side assert triggered", 710, alone},
    {"unspecified launch failure", 719, alone},
    {"the launch timed out and was terminated", 702, alone},
    {"too many resources requested for launch", 701, alone},
    {"os call failed or operation not supported on this os", 304, alone},
    {"mps client failed to connect to the mps control daemon", 805, alone},
    {"mps server is not ready to accept new mps client", 807, alone},
    {"cuda out of memory", 2, alone},
    {"shared object symbol not found", 302, behind_error},
    {"shared object initialization failed", 303, behind_error},
    {"device kernel image is invalid", 200, behind_error},
    {"named symbol not found", 500, behind_error},
    {"invalid device function", 98, behind_error},
    {"invalid device context", 201, behind_error},
    {"invalid resource handle", 400, behind_error},
    {"misaligned address", 716, behind_error},
    {"hardware stack error", 714, behind_error},
    {"initialization error", 3, behind_error},
    {"driver shutting down", 4, behind_error},
    {"operation not permitted", 800, behind_error},
    {"operation not supported", 801, behind_error},
    {"device not licensed", 102, behind_error},
    {"invalid argument", 1, behind_error},
    {"out of memory", 2, behind_error},
    {"unknown error", 999, behind_error},
};

constexpr ErrorText nvml_texts[] = {
    {"driver/library version mismatch", 18, alone},
    {"rm has detected an nvml/rm version mismatch", 18, alone},
    {"nvml shared library not found", 12, alone},
    {"gpu access blocked by the operating system", 17, alone},
    {"gpu is lost", 15, alone},
    {"driver is not loaded", 9, behind_error},
    {"driver not loaded", 9, behind_error},
    {"insufficient permissions", 4, behind_error},
    {"shared library not found", 12, behind_error},
    {"library not found", 12, behind_error},
    {"function not found", 13, behind_error},
    {"insufficient external power", 8, behind_error},
    {"gpu requires reset", 16, behind_error},
    {"system is not in ready state", 27, behind_error},
    {"gpu not found", 28, behind_error},
    {"not found", 6, behind_error},
    {"uninitialized", 1, behind_error},
    {"timeout", 10, behind_error},
    {"unknown error", 999, behind_error},
};

// cudaError_t until CUDA 10.0, where its numbers differ from those of today.
struct OldNumber {
  int printed, driver;
};
constexpr OldNumber old_runtime[] = {{6, 702},  {7, 701},  {8, 98},   {10, 101}, {11, 1},   {29, 4},   {30, 999},
                                     {33, 400}, {38, 100}, {39, 214}, {40, 302}, {41, 303}, {47, 200}, {48, 209},
                                     {59, 710}, {63, 304}, {64, 217}, {70, 800}, {71, 801}, {72, 714}, {73, 715},
                                     {74, 716}, {75, 717}, {76, 718}, {77, 700}, {78, 218}, {79, 219}, {80, 220}};

// "CUDA_ERROR_NO_DEVICE" and "cudaErrorNoDevice" -> "cudaerrornodevice".
std::string squashed(std::string_view name) {
  std::string text;
  for (char c : to_lower(name))
    if (c != '_') text += c;
  return text;
}

using Names = std::map<std::string, int, std::less<>>;

constexpr int highest_code = 1000;

Names cuda_names() {
  Names names;
  for (int code = 1; code < highest_code; ++code) {
    if (const facts::ErrorCode* error = facts::find_runtime_error(code)) names.emplace(squashed(error->symbol), code);
    if (const facts::ErrorCode* error = facts::find_driver_error(code)) names.emplace(squashed(error->symbol), code);
  }
  // Names that a header had once.
  names.emplace("cudaerrornodevicefound", 100);
  names.emplace("cudaerrorlaunchfailed", 719);
  names.emplace("cudaerrornobinaryforgpu", 209);
  names.emplace("cudaerrorincompatibledrivercontext", 35);
  return names;
}

Names nvml_names() {
  Names names;
  for (int code = 1; code < highest_code; ++code)
    if (const facts::ErrorCode* error = facts::find_nvml_error(code)) names.emplace(squashed(error->symbol), code);
  return names;
}

std::optional<int> named(const Names& names, const std::string& name) {
  auto found = names.find(name);
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::span<const ErrorText> cuda_error_texts() { return cuda_texts; }
std::span<const ErrorText> nvml_error_texts() { return nvml_texts; }

std::optional<int> cuda_error_named(std::string_view name) {
  static const Names names = cuda_names();
  std::string wanted = squashed(name);
  return named(names, wanted.starts_with("error") ? "cuda" + wanted : wanted);
}

std::optional<int> nvml_error_named(std::string_view name) {
  static const Names names = nvml_names();
  std::string wanted = squashed(name);
  return named(names, wanted.starts_with("error") ? "nvml" + wanted : wanted);
}

std::optional<int> driver_error_of(int printed) {
  auto old = std::ranges::find(old_runtime, printed, &OldNumber::printed);
  if (old != std::end(old_runtime)) return old->driver;
  if (printed > 0 && (facts::find_driver_error(printed) || facts::find_runtime_error(printed))) return printed;
  return std::nullopt;
}

}  // namespace gpuwhy
