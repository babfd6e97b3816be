// /etc/ld.so.cache: which file stands for a name. Three layouts exist: the old one (libc 5 times), the new one, and the old one followed by
// the new one. Source: glibc's sysdeps/generic/dl-cache.h and elf/cache.c; checked against `ldconfig -p` in all three layouts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace gpuwhy::ldcache {

struct Entry {
  std::string_view name;        // "libcuda.so.1"
  std::string_view path;        // "/lib/x86_64-linux-gnu/libcuda.so.1"
  std::int32_t flags = 0;       // kind of library and architecture: flags_for()
  std::uint64_t hwcap = 0;      // as in the file
  std::string_view hwcap_name;  // sub-folder of glibc-hwcaps ("x86-64-v3") when `hwcap` names one
  bool names_hwcap = false;     // `hwcap` is an index into the names; without a valid name the entry is unusable

  bool operator==(const Entry&) const = default;
};

struct Cache {
  std::vector<Entry> entries;       // in the order of the file; views into the bytes that were parsed
  std::string_view generator;       // "ldconfig (Debian GLIBC 2.36-9) stable release version 2.36"
  std::size_t damaged_entries = 0;  // left out, because their strings lie outside of the file

  bool operator==(const Cache&) const = default;
};

// Entries beyond the end of the file and strings outside of it are left out. Fails when it is no cache at all or its table is cut.
Result<Cache> parse_ld_so_cache(Bytes bytes);

// The value of Entry::flags that the loader of this processor (ELF e_machine) accepts; 0 for one that we do not know.
std::int32_t flags_for(std::uint16_t machine);

}  // namespace gpuwhy::ldcache
