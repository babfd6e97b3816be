#include "formats/pci/pci.h"

#include <charconv>

#include "base/text.h"

namespace gpuwhy::pci {
namespace {

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  if (!text.starts_with("0x") || text.size() < 3 || text.size() > 18) return std::nullopt;
  text.remove_prefix(2);
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Resource> parse_resource(std::string_view line) {
  std::vector<std::string_view> fields = split(trim(line), ' ');
  if (fields.size() != 3) return std::nullopt;
  auto start = parse_hex(fields[0]), end = parse_hex(fields[1]), flags = parse_hex(fields[2]);
  if (!start || !end || !flags) return std::nullopt;
  return Resource{*start, *end, *flags};
}

bool is_hex(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos; }

}  // namespace

std::optional<std::uint32_t> parse_hex_id(Bytes bytes) {
  auto value = parse_hex(trim(bytes));
  if (!value || *value > 0xffffffff) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

std::optional<std::array<Resource, 6>> parse_resources(Bytes bytes) {
  std::vector<std::string_view> all = lines(bytes);
  std::array<Resource, 6> resources;
  if (all.size() < resources.size()) return std::nullopt;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    auto resource = parse_resource(all[i]);
    if (!resource) return std::nullopt;
    resources[i] = *resource;
  }
  return resources;
}

std::vector<Bar> used_bars(const std::array<Resource, 6>& resources, bool is_nvidia_gpu) {
  std::vector<Bar> bars;
  const bool wide_first = resources[0].is_64_bit();
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Resource& resource = resources[i];
    const bool expected = is_nvidia_gpu && (i == 0 || (wide_first ? i == 2 || i == 4 : i == 1 || i == 3));
    if (!resource.is_empty() || expected) bars.push_back({static_cast<int>(i), resource.size()});
    if (resource.is_64_bit()) ++i;
  }
  return bars;
}

bool is_address(std::string_view name) {
  std::vector<std::string_view> parts = split(name, ':');
  if (parts.size() != 3 || parts[0].size() < 4 || parts[0].size() > 8 || !is_hex(parts[0]) || parts[1].size() != 2 || !is_hex(parts[1]))
    return false;
  return parts[2].size() == 4 && is_hex(parts[2].substr(0, 2)) && parts[2][2] == '.' && parts[2][3] >= '0' && parts[2][3] <= '7';
}

}  // namespace gpuwhy::pci
