#include "frameworks/torch/visible_devices.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace gpuwhy::frameworks::torch {

namespace {

constexpr std::int64_t every_card = 64;  // torch: "all" is the first 64

// Python takes any script's decimal digits for a number; those that keyboards have, as ASCII. Each script's ten digits follow one another
// in Unicode, in three bytes of UTF-8 here (full-width) or two (Arabic-Indic and its Eastern form).
std::string with_ascii_digits(std::string_view text) {
  constexpr std::array<std::string_view, 3> zeros = {"\uff10", "\u0660", "\u06f0"};
  std::string plain(text);
  for (std::string_view zero : zeros)
    for (char digit = 0; digit < 10; ++digit) {
      std::string foreign(zero);
      foreign.back() = static_cast<char>(foreign.back() + digit);
      plain = replace_all(std::move(plain), foreign, std::string(1, static_cast<char>('0' + digit)));
    }
  return plain;
}

// What torch's _strtoul makes of one element: the number that it begins with, -1 for none. Python raises on a lone sign; so does torch
// then, at import of nothing: it is taken for "none" here, which ends the list as well.
std::int64_t leading_number(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && ((text[length] >= '0' && text[length] <= '9') || (length == 0 && (text[0] == '+' || text[0] == '-'))))
    ++length;
  std::string_view digits = text.substr(0, length);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  return parse_int(digits).value_or(-1);
}

std::vector<std::string> with_prefix(std::string_view list, std::string_view prefix) {
  std::vector<std::string> kept;
  for (std::string_view element : split(list, ',')) {
    if (std::ranges::find(kept, element) != kept.end()) return {};  // a repeated id hides everything
    if (!element.starts_with(prefix)) break;
    kept.emplace_back(element);
  }
  return kept;
}

std::int64_t ordinal_of(std::string_view candidate, const std::vector<std::string>& uuids) {
  std::int64_t found = -1;
  for (std::size_t i = 0; i < uuids.size(); ++i) {
    if (!uuids[i].starts_with(candidate)) continue;
    if (found != -1) return -1;  // ambiguous
    found = static_cast<std::int64_t>(i);
  }
  return found;
}

}  // namespace

VisibleDevices parse_visible_devices(std::optional<std::string_view> value) {
  VisibleDevices visible;
  if (!value) {
    for (std::int64_t i = 0; i < every_card; ++i) visible.ordinals.push_back(i);
    return visible;
  }
  visible.by_mig = value->starts_with("MIG-");
  visible.by_uuid = visible.by_mig || value->starts_with("GPU-");
  if (visible.by_uuid) {
    visible.uuids = with_prefix(*value, value->substr(0, 4));
    return visible;
  }
  for (std::string_view element : split(*value, ',')) {
    std::int64_t ordinal = leading_number(with_ascii_digits(trim(element)));
    if (std::ranges::find(visible.ordinals, ordinal) != visible.ordinals.end()) {
      visible.ordinals.clear();
      return visible;
    }
    if (ordinal < 0) break;
    visible.ordinals.push_back(ordinal);
  }
  return visible;
}

std::optional<std::int64_t> count_by_nvml(const VisibleDevices& visible, std::int64_t nvml_count,
                                          const std::vector<std::string>& nvml_uuids) {
  if (visible.ordinals.empty() && visible.uuids.empty()) return 0;
  if (visible.by_mig) return std::nullopt;
  if (!visible.by_uuid) {
    if (nvml_count <= 0) return nvml_count;
    for (std::size_t i = 0; i < visible.ordinals.size(); ++i)
      if (visible.ordinals[i] >= nvml_count) return static_cast<std::int64_t>(i);
    return static_cast<std::int64_t>(visible.ordinals.size());
  }
  std::vector<std::int64_t> ordinals;
  for (const std::string& candidate : visible.uuids) {
    std::int64_t ordinal = ordinal_of(candidate, nvml_uuids);
    if (ordinal < 0) break;
    if (std::ranges::find(ordinals, ordinal) != ordinals.end()) return 0;
    ordinals.push_back(ordinal);
  }
  return static_cast<std::int64_t>(ordinals.size());
}

}  // namespace gpuwhy::frameworks::torch
