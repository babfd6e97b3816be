#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/pyproject/pyproject.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const pyproject::Document document = pyproject::parse(bytes);
  for (const requirements::Requirement& requirement : document.requirements) GW_CHECK(requirement.name.size() <= size);
  return 0;
}
