#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/requirements/requirements.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const requirements::Document document = requirements::parse(bytes);
  for (const requirements::Requirement& requirement : document.requirements) {
    GW_CHECK(!requirement.name.empty() && requirement.name.size() <= size);
    requirements::satisfies("2.10.0+cu128", requirement.specifier);
  }
  requirements::parse_arguments(bytes);
  return 0;
}
