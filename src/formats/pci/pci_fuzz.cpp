#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/pci/pci.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  pci::parse_hex_id(bytes);
  pci::is_address(bytes);
  if (auto resources = pci::parse_resources(bytes))
    for (bool is_nvidia_gpu : {false, true})
      for (const pci::Bar& bar : pci::used_bars(*resources, is_nvidia_gpu)) GW_CHECK(bar.index >= 0 && bar.index < 6);
  return 0;
}
