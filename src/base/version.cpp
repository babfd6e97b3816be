#include "base/version.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace gpuwhy {

std::optional<Version> Version::parse(std::string_view text) {
  Version result;
  text = trim(text);
  if (text.starts_with('v')) text.remove_prefix(1);
  result.text_ = std::string(text);
  if (std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    result.local_ = std::string(text.substr(plus + 1));
    text = text.substr(0, plus);
  }
  while (!text.empty()) {
    std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > 9) break;
    result.numbers_.push_back(static_cast<int>(*parse_int(text.substr(0, digits))));
    text.remove_prefix(digits);
    if (text.size() < 2 || text[0] != '.' || !is_digits(text.substr(1, 1))) break;
    text.remove_prefix(1);
  }
  if (result.numbers_.empty()) return std::nullopt;
  std::string rest = to_lower(text);
  if (rest.starts_with('.')) rest.erase(0, 1);
  for (std::string_view mark : {"a", "b", "rc", "dev", "alpha", "beta", "pre"}) result.pre_release_ |= rest.starts_with(mark);
  return result;
}

std::strong_ordering Version::operator<=>(const Version& other) const {
  for (std::size_t i = 0; i < std::max(size(), other.size()); ++i)
    if (auto order = number(i) <=> other.number(i); order != 0) return order;
  return other.pre_release_ <=> pre_release_;
}

Version version(std::string_view text) {
  auto parsed = Version::parse(text);
  GW_CHECK(parsed.has_value());
  return *parsed;
}

}  // namespace gpuwhy
