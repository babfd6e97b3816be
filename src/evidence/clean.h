// Takes off what stands around a message: terminal escape sequences, carriage returns of progress bars, quotation marks of mail and issue
// trackers, HTML entities, prefixes of container logs and of parallel launchers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evidence/line.h"

namespace gpuwhy {

std::string clean_line(std::string_view raw);

// One raw line; what a lone carriage return overwrote on the terminal is a line of its own with the same number.
void add_clean_lines(std::string_view raw, std::size_t number, std::size_t file, std::vector<Line>& lines);

std::vector<Line> clean_lines(std::string_view text, std::size_t file);

}  // namespace gpuwhy
