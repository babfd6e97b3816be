// What the driver probe learnt of each physical card from NVML (its lines: probe/nvml.h). Private to driver_call/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/snapshot.h"
#include "probes/driver_call/probe_text.h"

namespace gpuwhy {

// Why questions without an answer have none; `finished`: the probe came to its end, so the question was not to be asked or NVML does not
// have the function.
struct ProbeEnd {
  bool finished = true;
  Why why = Why::not_probed;
  std::string detail;
};

// `count` cards, in NVML's order. Unknown when the probe ended before it came to one of them.
Fact<std::vector<NvmlDevice>> parse_nvml_cards(const ProbeText& text, std::int64_t count, const ProbeEnd& end);

// "00000000:3B:00.0" (NVML) and "0000:3B:00.0" (CUDA) -> "0000:3b:00.0", as /sys/bus/pci/devices names it.
std::string normalised_pci_address(std::string_view text);
// Digits, a dot, digits.
bool is_capability(std::string_view text);

}  // namespace gpuwhy
