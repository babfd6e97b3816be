// Any bytes at all: the readers of a distribution's own files must end and stay in bounds.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/dist_info/dist_info.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (bool whole : {false, true}) {
    auto metadata = dist_info::parse_core_metadata(bytes, whole);
    GW_CHECK(metadata.requires_dist.size() <= 2000);
    for (const auto& requirement : metadata.requires_dist) GW_CHECK(dist_info::requirement_pin(requirement).size() <= requirement.size());
  }
  if (auto entry = dist_info::parse_entry_name(bytes)) GW_CHECK(!entry->name.empty());
  dist_info::parse_conda_entry_name(bytes);
  GW_CHECK(dist_info::parse_installer(bytes).size() <= 200);
  GW_CHECK(dist_info::parse_wheel_pythons(bytes).size() <= 100);
  dist_info::parse_direct_url(bytes);
  return 0;
}
