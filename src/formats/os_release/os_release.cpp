#include "formats/os_release/os_release.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace gpuwhy::os_release {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

// Nothing when a quote is left open: the line was cut.
std::optional<std::string> unquoted(std::string_view text) {
  char quote = !text.empty() && (text[0] == '"' || text[0] == '\'') ? text[0] : '\0';
  if (quote) text.remove_prefix(1);
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote && text[i] == quote) return value;
    if (!quote && (text[i] == ' ' || text[i] == '\t')) break;
    if (quote != '\'' && text[i] == '\\' && i + 1 < text.size()) ++i;
    value += text[i];
  }
  if (quote) return std::nullopt;
  return value;
}

}  // namespace

std::map<std::string, std::string> parse_os_release(Bytes bytes) {
  std::map<std::string, std::string> assignments;
  for (std::string_view line : lines(bytes)) {
    line = trim(line);
    std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos || !is_name(line.substr(0, equals))) continue;
    if (auto value = unquoted(line.substr(equals + 1))) assignments[std::string(line.substr(0, equals))] = *value;
  }
  return assignments;
}

}  // namespace gpuwhy::os_release
