// Any bytes at all, as a cache and as its configuration: the parsers must end and stay in bounds.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/ldcache/ld_so_conf.h"
#include "formats/ldcache/ldcache.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto cache = ldcache::parse_ld_so_cache(bytes)) {
    GW_CHECK(cache->entries.size() + cache->damaged_entries <= size / 12);
    for (const auto& entry : cache->entries) GW_CHECK(entry.name.size() + entry.path.size() <= 2 * size);
  }
  for (const auto& line : ldcache::parse_ld_so_conf(bytes)) ldcache::matches_pattern("libc.conf", line.text);
  return 0;
}
