// Writes ld.so.cache files for tests, in each of the three layouts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gpuwhy::testing {

struct CacheLine {
  std::string name, path;
  std::int32_t flags = 0x0303;  // x86-64
  std::string hwcap;            // "x86-64-v3": only the new layout can say so
};

enum class CacheLayout { old, modern, both };

// Lines are written in the order given; ld.so wants them sorted: see sorted_for_loader.
std::string make_ld_so_cache(const std::vector<CacheLine>& lines, CacheLayout layout);

// The order that ldconfig gives them: names in its own order, descending; of one name, those with a hwcap first.
std::vector<CacheLine> sorted_for_loader(std::vector<CacheLine> lines);

}  // namespace gpuwhy::testing
