// Any bytes at all: read_device_code must end, stay in bounds and keep its promises, however far it searches.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/fatbin/fatbin.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (fatbin::Depth depth : {fatbin::Depth::sections, fatbin::Depth::constants, fatbin::Depth::data}) {
    elf::BytesReader reader(bytes);
    fatbin::Content content = fatbin::read_device_code(reader, depth);
    GW_CHECK(content.state != fatbin::State::unread);  // reading from memory cannot fail
    GW_CHECK((content.state == fatbin::State::whole) == content.problem.empty());
    std::uint64_t containers = 0, images = 0;
    for (const fatbin::Group& group : content.groups) {
      containers += group.containers;
      images += group.containers * group.images.size();
      for (const fatbin::Image& image : group.images) GW_CHECK(!fatbin::name_of(image).empty());
    }
    GW_CHECK(containers == content.containers && images == content.images);
    GW_CHECK(images <= size / 48);  // no entry is counted twice
  }
  return 0;
}
