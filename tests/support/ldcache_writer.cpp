#include "support/ldcache_writer.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace gpuwhy::testing {
namespace {

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
}

std::uint64_t add(std::string& strings, const std::string& text) {
  std::uint64_t at = strings.size();
  strings += text;
  strings += '\0';
  return at;
}

std::string old_layout(const std::vector<CacheLine>& lines, bool with_strings) {
  std::string out("ld.so-1.7.0\0", 12), strings;
  put(out, lines.size(), 4);
  for (const CacheLine& line : lines) {
    put(out, static_cast<std::uint32_t>(line.flags), 4);
    put(out, add(strings, line.name), 4);
    put(out, add(strings, line.path), 4);
  }
  return with_strings ? out + strings : out;
}

std::string new_layout(const std::vector<CacheLine>& lines, std::uint64_t base) {
  std::string strings, table, names;
  const std::uint64_t strings_at = 48 + 24 * lines.size();
  std::set<std::string> hwcaps;  // ld.so expects them sorted
  for (const CacheLine& line : lines)
    if (!line.hwcap.empty()) hwcaps.insert(line.hwcap);
  for (const std::string& hwcap : hwcaps) put(names, strings_at + add(strings, hwcap), 4);
  for (const CacheLine& line : lines) {
    std::uint64_t hwcap = 0;
    if (!line.hwcap.empty()) hwcap = 1ull << 62 | static_cast<std::uint64_t>(std::distance(hwcaps.begin(), hwcaps.find(line.hwcap)));
    put(table, static_cast<std::uint32_t>(line.flags), 4);
    put(table, strings_at + add(strings, line.name), 4);
    put(table, strings_at + add(strings, line.path), 4);
    put(table, 0, 4);
    put(table, hwcap, 8);
  }
  while (strings.size() % 4 != 0) strings += '\0';
  const std::uint64_t extension_at = base + strings_at + strings.size();
  std::string out = "glibc-ld.so.cache1.1";
  put(out, lines.size(), 4);
  put(out, strings.size(), 4);
  put(out, 2, 1);  // little endian
  put(out, 0, 3);
  put(out, hwcaps.empty() ? 0 : extension_at, 4);
  put(out, 0, 12);
  out += table + strings;
  if (hwcaps.empty()) return out;
  put(out, 0xeaa42174, 4);
  put(out, 1, 4);
  put(out, 1, 4);
  put(out, 0, 4);
  put(out, extension_at + 24, 4);
  put(out, names.size(), 4);
  return out + names;
}

// Numbers within names compare by value and come before letters, as in ldconfig.
int compare_names(const std::string& a, const std::string& b) {
  std::size_t i = 0, k = 0;
  auto digit = [](const std::string& text, std::size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]));
  };
  while (i < a.size()) {
    if (digit(a, i) && digit(b, k)) {
      std::uint64_t left = 0, right = 0;
      while (digit(a, i)) left = left * 10 + static_cast<std::uint64_t>(a[i++] - '0');
      while (digit(b, k)) right = right * 10 + static_cast<std::uint64_t>(b[k++] - '0');
      if (left != right) return left < right ? -1 : 1;
    } else if (digit(a, i)) {
      return 1;
    } else if (digit(b, k)) {
      return -1;
    } else if (k >= b.size() || a[i] != b[k]) {
      return k >= b.size() || static_cast<unsigned char>(a[i]) > static_cast<unsigned char>(b[k]) ? 1 : -1;
    } else {
      ++i;
      ++k;
    }
  }
  return k < b.size() ? -1 : 0;
}

}  // namespace

std::string make_ld_so_cache(const std::vector<CacheLine>& lines, CacheLayout layout) {
  if (layout == CacheLayout::old) return old_layout(lines, true);
  std::string out;
  if (layout == CacheLayout::both) {
    out = old_layout(lines, false);
    while (out.size() % 8 != 0) out += '\0';
  }
  return out + new_layout(lines, out.size());
}

std::vector<CacheLine> sorted_for_loader(std::vector<CacheLine> lines) {
  std::ranges::stable_sort(lines, [](const CacheLine& a, const CacheLine& b) {
    int order = compare_names(a.name, b.name);
    if (order != 0) return order > 0;
    if (a.flags != b.flags) return a.flags > b.flags;
    return !a.hwcap.empty() && b.hwcap.empty();
  });
  return lines;
}

}  // namespace gpuwhy::testing
