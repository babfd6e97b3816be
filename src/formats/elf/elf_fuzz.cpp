// Any bytes at all: read_image must end, stay in bounds and keep its promises.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/elf/elf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  elf::BytesReader reader(std::string_view(reinterpret_cast<const char*>(data), size));
  elf::Image image = elf::read_image(reader);
  GW_CHECK(image.shape != elf::Shape::unread);  // reading from memory cannot fail
  GW_CHECK((image.shape == elf::Shape::whole) == image.problem.empty());
  GW_CHECK(image.shape != elf::Shape::whole || image.bytes_expected <= size);
  for (const auto& name : image.needed) GW_CHECK(name.size() <= 4096);
  return 0;
}
