#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/toml_light/toml_light.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const toml_light::Document document = toml_light::parse(bytes);
  for (const toml_light::Setting& setting : document.settings) {
    GW_CHECK(setting.key.size() + setting.value.size() <= size);
    GW_CHECK(document.find(setting.table, setting.key) != nullptr);
  }
  return 0;
}
