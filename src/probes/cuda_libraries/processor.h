// Which sub-folders for the processor the loader looks into, and in which order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/fact.h"

namespace gpuwhy::probes {

// The first processor of /proc/cpuinfo.
struct Processor {
  std::string vendor;              // "GenuineIntel"
  std::vector<std::string> flags;  // x86 "flags", AArch64 "Features"; sorted
};
Processor parse_cpuinfo(std::string_view text);

// 1 for plain x86-64, 2 to 4 for the levels of the x86-64 psABI.
int x86_64_level(const Processor& processor);

struct ProcessorFolders {
  std::vector<std::string> folders;  // "glibc-hwcaps/x86-64-v3", "tls/haswell", ... in the order of search
  std::string platform;              // what $PLATFORM stands for
};

// glibc-hwcaps exists since 2.33, the older sub-folders (each combination of a few names) went in 2.37. An unknown version gets both.
ProcessorFolders processor_folders(const Processor& processor, std::uint16_t elf_machine, const Fact<std::string>& glibc_version);

}  // namespace gpuwhy::probes
