// Code points and columns: what a terminal makes of UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gpuwhy::render {

// printable() of base/text.h, and also without the marks that turn the direction of text around (they can make one path look like
// another): each becomes '?'.
std::string shown(std::string_view text, std::size_t limit = 1000);

// One code point of valid UTF-8 at the front of `text` (not empty); length 0 when the bytes there are not valid.
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;
};
CodePoint first_code_point(std::string_view text);

bool is_direction_mark(char32_t value);

// Columns of a text on a terminal: combining marks take none, East Asian wide characters and pictographs two.
std::size_t columns(std::string_view text);

}  // namespace gpuwhy::render
