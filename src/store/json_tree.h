// JSON as a tree, read safely and laid out to be read. Reading is bounded in every direction: bytes, depth, and a key given twice is an
// error, because two readers would disagree about its value.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gpuwhy {

struct JsonLimits {
  std::size_t bytes = 16 << 20;
  std::size_t depth = 32;
};

// Errors are one line with a place: "line 3, column 14: the text ends inside of it".
Result<nlohmann::json> parse_json(std::string_view text, const JsonLimits& limits);

// One line for whatever fits into `width` columns, else one line for each member; strings must be UTF-8.
std::string lay_out_json(const nlohmann::ordered_json& tree, std::size_t width = 140);

bool is_utf8(std::string_view text);

}  // namespace gpuwhy
