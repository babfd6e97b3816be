#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/modinfo/modinfo.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  modinfo::parse_modinfo(bytes);
  elf::BytesReader reader(bytes);
  if (auto values = modinfo::read_modinfo(reader))
    for (const auto& [name, value] : *values) GW_CHECK(!name.empty() && name.size() + value.size() < size);
  return 0;
}
