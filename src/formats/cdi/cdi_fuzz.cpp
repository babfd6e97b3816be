#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/cdi/cdi.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const cdi::Specification found = cdi::parse_specification(std::string_view(reinterpret_cast<const char*>(data), size));
  GW_CHECK(found.problem.empty() != found.kind.empty());
  GW_CHECK(found.problem.empty() || (found.devices.empty() && found.files.empty() && found.nodes.empty()));
  return 0;
}
