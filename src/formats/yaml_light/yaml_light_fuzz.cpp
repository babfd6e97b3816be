#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/yaml_light/yaml_light.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const auto value = yaml_light::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  GW_CHECK(value.has_value() || !value.error().empty());
  if (value) GW_CHECK(value->members.size() <= size);
  return 0;
}
