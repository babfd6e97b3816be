#include "facts/xid.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy::facts {

namespace tables {
extern const std::span<const Xid> xids;  // written by tools/gen-facts, by number
}

const Xid* find_xid(int number) {
  auto row = std::ranges::lower_bound(tables::xids, number, {}, &Xid::number);
  return row != tables::xids.end() && row->number == number ? &*row : nullptr;
}

std::span<const Xid> xids() { return tables::xids; }

std::optional<XidLine> read_xid_line(std::string_view text) {
  constexpr std::string_view start = "NVRM: Xid (PCI:";
  std::size_t at = text.find(start);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + start.size());
  std::size_t close = text.find("): ");
  constexpr std::size_t longest_address = 20;
  if (close == std::string_view::npos || close > longest_address) return std::nullopt;
  std::string address = to_lower(text.substr(0, close));
  std::string_view rest = text.substr(close + 3);
  std::string_view digits = rest.substr(0, rest.find_first_not_of("0123456789"));
  auto number = parse_int(digits);
  constexpr std::int64_t largest = 9999;
  if (!number || *number < 0 || *number > largest) return std::nullopt;
  return XidLine{std::move(address), static_cast<int>(*number)};
}

}  // namespace gpuwhy::facts
