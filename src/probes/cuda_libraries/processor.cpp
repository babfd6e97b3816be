#include "probes/cuda_libraries/processor.h"

#include <algorithm>
#include <initializer_list>

#include "base/text.h"
#include "base/version.h"

namespace gpuwhy::probes {
namespace {

bool has_all(const Processor& processor, std::initializer_list<const char*> flags) {
  return std::ranges::all_of(flags, [&](const char* flag) { return std::ranges::binary_search(processor.flags, flag); });
}

// Every combination of the names, as numbers of that many bits count down: all of them first, none never.
void add_combinations(std::vector<std::string>& out, const std::vector<std::string>& names) {
  for (unsigned bits = (1u << names.size()) - 1; bits > 0; --bits) {
    std::string folder;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if ((bits >> (names.size() - 1 - i) & 1) == 0) continue;
      if (!folder.empty()) folder += '/';
      folder += names[i];
    }
    if (std::ranges::find(out, folder) == out.end()) out.push_back(folder);
  }
}

// glibc tells Haswell and its successors apart for Intel's processors only (init_cpu_features).
std::string legacy_platform(const Processor& processor) {
  if (processor.vendor != "GenuineIntel") return "x86_64";
  if (has_all(processor, {"avx512cd", "avx512er", "avx512pf"})) return "xeon_phi";
  return has_all(processor, {"avx2", "bmi1", "bmi2", "abm", "movbe", "popcnt"}) ? "haswell" : "x86_64";
}

std::vector<std::string> legacy_names(const Processor& processor, std::uint16_t elf_machine, const std::string& platform) {
  if (elf_machine != 62) {
    std::vector<std::string> names = {"tls", "aarch64"};
    if (has_all(processor, {"atomics"})) names.push_back("atomics");
    return names;
  }
  std::vector<std::string> names = {"tls", platform};
  bool server = has_all(processor, {"avx512cd", "avx512bw", "avx512dq", "avx512vl"}) && !has_all(processor, {"avx512er"});
  if (processor.vendor == "GenuineIntel" && server) names.push_back("avx512_1");
  names.push_back("x86_64");
  return names;
}

}  // namespace

Processor parse_cpuinfo(std::string_view text) {
  Processor processor;
  for (std::string_view line : lines(text)) {
    std::size_t colon = line.find(':');
    if (trim(line).empty() && !processor.flags.empty()) break;
    if (colon == std::string_view::npos) continue;
    std::string_view key = trim(line.substr(0, colon)), value = trim(line.substr(colon + 1));
    if (key == "vendor_id") processor.vendor = value;
    if (key != "flags" && key != "Features") continue;
    for (std::string_view flag : split(value, ' '))
      if (!flag.empty()) processor.flags.emplace_back(flag);
    break;
  }
  std::ranges::sort(processor.flags);
  return processor;
}

int x86_64_level(const Processor& processor) {
  if (!has_all(processor, {"cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"})) return 1;
  if (!has_all(processor, {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"})) return 2;
  return has_all(processor, {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}) ? 4 : 3;
}

ProcessorFolders processor_folders(const Processor& processor, std::uint16_t elf_machine, const Fact<std::string>& glibc_version) {
  ProcessorFolders result;
  result.platform = elf_machine == 62 ? "x86_64" : "aarch64";
  if (processor.flags.empty()) return result;  // another machine's root: nobody knows its processor
  auto known = glibc_version.is_known() ? Version::parse(*glibc_version) : std::nullopt;
  bool has_levels = !known || *known >= version("2.33"), has_legacy = !known || *known < version("2.37");
  if (has_levels && elf_machine == 62)
    for (int level = x86_64_level(processor); level > 1; --level) result.folders.push_back("glibc-hwcaps/x86-64-v" + std::to_string(level));
  if (!has_legacy) return result;
  if (elf_machine == 62) result.platform = legacy_platform(processor);
  add_combinations(result.folders, legacy_names(processor, elf_machine, result.platform));
  return result;
}

}  // namespace gpuwhy::probes
