// Small text helpers. No locale, no allocation where a view does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy {

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);  // keeps empty parts
std::vector<std::string_view> lines(std::string_view text);                  // without line ends, CRLF accepted
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string to_lower(std::string_view text);                                  // ASCII only
bool is_digits(std::string_view text);                                        // not empty, 0-9 only
std::optional<std::int64_t> parse_int(std::string_view text, int base = 10);  // the whole text or nothing
std::string replace_all(std::string text, std::string_view from, std::string_view to);

// For everything that came from outside and goes to a terminal or a document: invalid UTF-8 becomes U+FFFD, control characters
// (escape sequences that could repaint a terminal) become '?', line ends become spaces, and what exceeds `limit` bytes is cut with "...".
std::string printable(std::string_view text, std::size_t limit = 400);

// PEP 503: lower case, runs of '-', '_' and '.' become one '-'.
std::string normalised_package_name(std::string_view name);

// How many single-character edits lead from one word to the other ("did you mean").
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace gpuwhy
