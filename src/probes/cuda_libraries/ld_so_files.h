// The loader's own files: its cache and the list of folders from which ldconfig makes it.
#pragma once

#include <string>
#include <vector>

#include "model/fact.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

inline constexpr char ld_so_cache[] = "/etc/ld.so.cache";
inline constexpr char ld_so_conf[] = "/etc/ld.so.conf";

// The bytes of the cache; absent when there is no such file.
Fact<std::string> read_ld_so_cache(Machine& machine);

// The folders that ld.so.conf and the files that it includes name, in order, each once; absent when there is no such file.
Fact<std::vector<std::string>> read_ld_so_conf(Machine& machine);

}  // namespace gpuwhy::probes
