#include "formats/driver_proc/driver_proc.h"

#include "base/text.h"

namespace gpuwhy::driver_proc {

std::optional<GpuInformation> parse_information(Bytes bytes) {
  GpuInformation gpu;
  bool has_model = false;
  for (std::string_view line : lines(bytes)) {
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view name = trim(line.substr(0, colon));
    std::string value = printable(trim(line.substr(colon + 1)), 200);
    if (name == "Model" && !value.empty() && !has_model) {
      gpu.model = value;
      has_model = true;
    } else if (name == "GPU Firmware") {
      gpu.firmware = value;
    } else if (name == "GPU Excluded" || name == "Blacklisted") {  // until 450
      gpu.excluded = value;
    }
  }
  return has_model ? std::optional(gpu) : std::nullopt;
}

}  // namespace gpuwhy::driver_proc
