#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/os_release/os_release.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto& [name, value] : os_release::parse_os_release(bytes)) GW_CHECK(!name.empty() && value.size() <= bytes.size());
  return 0;
}
