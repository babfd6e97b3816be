#include "causes/support/running_process.h"

#include <fmt/format.h>

#include <array>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/library_faults.h"

namespace gpuwhy {

bool is_gpu_library_file(std::string_view file) {
  std::string_view name = path::filename(file);
  if (name.starts_with("libcuda.so") || name.starts_with("libnvidia-") || is_cudnn(name) || is_cuda_library(name)) return true;
  constexpr std::array<std::string_view, 9> folders = {"/torch/", "/tensorflow/", "/jaxlib/",      "/jax_plugins/", "/onnxruntime/",
                                                       "/cupy/",  "/triton/",     "/torchvision/", "/nvidia/"};
  std::size_t packages = file.find("-packages/");
  if (packages == std::string_view::npos) return false;
  std::string_view place = file.substr(packages + std::string_view("-packages").size());
  for (std::string_view folder : folders)
    if (place.starts_with(folder)) return true;
  return false;
}

std::string command_words(const ObservedProcess& process) {
  constexpr std::size_t most = 160;
  std::string words;
  if (process.command.is_known())
    for (const std::string& argument : *process.command) words += (words.empty() ? "" : " ") + argument;
  if (words.empty() && process.executable.is_known()) words = *process.executable;
  return words.empty() ? "its command is not known" : printable(words, most);
}

std::string date_words(std::int64_t seconds) {
  // Years that a clock can show; anything else is printed as the number that it is.
  constexpr std::int64_t year_10000 = 253'402'300'800, day = 86'400;
  if (seconds < 0 || seconds >= year_10000) return fmt::format("{} s since 1970", seconds);
  auto is_leap = [](std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; };
  std::int64_t days = seconds / day, year = 1970;
  for (; days >= (is_leap(year) ? 366 : 365); ++year) days -= is_leap(year) ? 366 : 365;
  const std::array<std::int64_t, 12> lengths = {31, is_leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::size_t month = 0;
  for (; month < 11 && days >= lengths[month]; ++month) days -= lengths[month];
  std::int64_t left = seconds % day;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", year, month + 1, days + 1, left / 3600, left / 60 % 60, left % 60);
}

}  // namespace gpuwhy
