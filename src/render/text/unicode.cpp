#include "render/text/unicode.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy::render {

namespace {

struct Range {
  char32_t first, last;
};

template <std::size_t count>
bool is_in(const Range (&ranges)[count], char32_t value) {
  return std::ranges::any_of(ranges, [&](const Range& range) { return value >= range.first && value <= range.last; });
}

// The blocks that occur in names of files and people; a full table of Unicode would be larger than what it corrects.
constexpr Range no_column[] = {{0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}};
constexpr Range two_columns[] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
                                 {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
constexpr Range direction_marks[] = {{0x61c, 0x61c}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};

}  // namespace

bool is_direction_mark(char32_t value) { return is_in(direction_marks, value); }

CodePoint first_code_point(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty()) return {};
  unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  std::size_t length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length == 0 || length > text.size()) return {};
  char32_t value = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3fU);
  }
  bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, length};
}

std::string shown(std::string_view text, std::size_t limit) {
  std::string clean = printable(text, limit);
  std::string result;
  for (std::string_view rest = clean; !rest.empty();) {
    CodePoint point = first_code_point(rest);
    std::size_t length = std::max<std::size_t>(point.length, 1);
    if (is_direction_mark(point.value)) result += '?';
    else result += rest.substr(0, length);
    rest.remove_prefix(length);
  }
  return result;
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    CodePoint point = first_code_point(text);
    if (!is_in(no_column, point.value)) count += is_in(two_columns, point.value) ? 2 : 1;
    text.remove_prefix(std::max<std::size_t>(point.length, 1));
  }
  return count;
}

}  // namespace gpuwhy::render
