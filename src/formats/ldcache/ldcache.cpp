#include "formats/ldcache/ldcache.h"

#include <algorithm>

namespace gpuwhy::ldcache {
namespace {

constexpr std::string_view old_magic("ld.so-1.7.0\0", 12), new_magic = "glibc-ld.so.cache1.1";
constexpr std::size_t old_header = 16, old_entry = 12, new_header = 48, new_entry = 24;
constexpr std::uint32_t extension_magic = 0xeaa42174;
constexpr std::uint32_t section_generator = 0, section_hwcaps = 1;
constexpr std::uint64_t hwcap_is_index = 1ull << 62;
constexpr std::size_t most_sections = 64, most_hwcap_names = 1024;  // real files have 2 and at most a dozen

struct Extension {
  std::string_view generator;
  std::vector<std::string_view> hwcap_names;
};

// All offsets count from the start of the file here. Behind an old table, ldconfig writes those of the names from the start of the new
// header instead, so that ld.so finds nonsense there and never uses such an entry; we read what ld.so reads.
Extension parse_extension(Bytes bytes, std::uint64_t offset) {
  Extension extension;
  Cursor cursor(bytes, offset);
  auto magic = cursor.u32(), count = cursor.u32();
  if (magic != extension_magic || !count) return extension;
  for (std::size_t i = 0; i < std::min<std::size_t>(*count, most_sections); ++i) {
    auto tag = cursor.u32(), flags = cursor.u32(), where = cursor.u32(), size = cursor.u32();
    if (!tag || !flags || !where || !size) break;
    auto section = slice(bytes, *where, *size);
    if (!section) continue;
    if (*tag == section_generator) extension.generator = *section;
    if (*tag != section_hwcaps) continue;
    Cursor names(*section);
    while (extension.hwcap_names.size() < most_hwcap_names) {
      auto name = names.u32();
      if (!name) break;
      extension.hwcap_names.push_back(c_string_at(bytes, *name).value_or(""));
    }
  }
  return extension;
}

void add_entry(Cache& cache, Bytes bytes, std::uint64_t name_at, std::uint64_t path_at, Entry entry) {
  auto name = c_string_at(bytes, name_at), path = c_string_at(bytes, path_at);
  if (!name || !path) {
    ++cache.damaged_entries;
    return;
  }
  entry.name = *name;
  entry.path = *path;
  cache.entries.push_back(entry);
}

Result<Cache> parse_new(Bytes bytes, std::uint64_t base) {
  Cursor cursor(bytes, base + new_magic.size());
  auto count = cursor.u32(), string_bytes = cursor.u32();
  cursor.skip(4);  // byte order and padding
  auto extension_at = cursor.u32();
  if (!count || !string_bytes || !extension_at) return fail("the header is cut");
  auto table = slice(bytes, base + new_header, std::uint64_t{*count} * new_entry);
  if (!table) return fail("the table of entries is cut");
  Cache cache;
  Extension extension;
  if (*extension_at != 0) extension = parse_extension(bytes, *extension_at);
  cache.generator = extension.generator;
  cache.entries.reserve(*count);
  Cursor row(*table);
  for (std::uint32_t i = 0; i < *count; ++i) {
    Entry entry;
    entry.flags = static_cast<std::int32_t>(*row.u32());
    std::uint32_t name = *row.u32(), path = *row.u32();
    row.skip(4);  // lowest kernel version, unused since 2.36
    entry.hwcap = *row.u64();
    entry.names_hwcap = (entry.hwcap & hwcap_is_index) != 0;
    std::uint64_t index = entry.hwcap & 0xffffffff;
    if (entry.names_hwcap && index < extension.hwcap_names.size()) entry.hwcap_name = extension.hwcap_names[index];
    add_entry(cache, bytes, base + name, base + path, entry);
  }
  return cache;
}

Result<Cache> parse_old(Bytes bytes, std::uint32_t count, Bytes table) {
  Cache cache;
  const std::uint64_t strings = old_header + table.size();
  Cursor row(table);
  for (std::uint32_t i = 0; i < count; ++i) {
    Entry entry;
    entry.flags = static_cast<std::int32_t>(*row.u32());
    std::uint32_t name = *row.u32(), path = *row.u32();
    add_entry(cache, bytes, strings + name, strings + path, entry);
  }
  return cache;
}

bool has_magic(Bytes bytes, std::uint64_t at) { return slice(bytes, at, new_magic.size()) == new_magic; }

}  // namespace

Result<Cache> parse_ld_so_cache(Bytes bytes) {
  if (has_magic(bytes, 0)) return parse_new(bytes, 0);
  if (!bytes.starts_with(old_magic)) return fail("this is no ld.so.cache");
  auto count = Cursor(bytes, old_magic.size()).u32();
  if (!count) return fail("the header is cut");
  auto table = slice(bytes, old_header, std::uint64_t{*count} * old_entry);
  if (!table) return fail("the table of entries is cut");
  std::uint64_t behind = (old_header + table->size() + 7) / 8 * 8;
  return has_magic(bytes, behind) ? parse_new(bytes, behind) : parse_old(bytes, *count, *table);
}

std::int32_t flags_for(std::uint16_t machine) {
  switch (machine) {
    case 62:
      return 0x0303;  // x86-64, libc 6
    case 183:
      return 0x0a03;  // AArch64, libc 6
    default:
      return 0;
  }
}

}  // namespace gpuwhy::ldcache
