// Any text of a log: bounded lines, and never more of them than were asked for.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "formats/kernel_log/kernel_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  auto found = kernel_log::parse_lines(Bytes(reinterpret_cast<const char*>(data), size), {"0000:01:00.0"}, 3);
  GW_CHECK(found.size() <= 3);
  for (const kernel_log::Line& line : found) GW_CHECK(line.text.size() <= 310 && line.time.size() <= 50);
  return 0;
}
