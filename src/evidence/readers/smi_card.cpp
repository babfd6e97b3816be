#include "evidence/readers/smi_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace gpuwhy {

namespace {

bool is_hex(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

std::string number_or_nothing(const std::optional<std::int64_t>& number) { return number ? std::to_string(*number) : ""; }

}  // namespace

void add_smi_card(const SmiCard& card, Clues& clues) {
  clues.add("smi.works", "yes", card.line);
  clues.add("smi.gpu",
            fmt::format("{};{};{};{};{};{};{}", card.index, card.name, card.bus, number_or_nothing(card.used),
                        number_or_nothing(card.total), card.mode, card.mig),
            card.line);
  if (!card.name.empty()) clues.add("gpu", card.name, card.line);
  if (card.used) clues.add("gpu.memory.used", std::to_string(*card.used), card.line);
  if (card.total) clues.add("gpu.memory.total", std::to_string(*card.total), card.line);
  if (card.used && card.total && *card.total > 0 && *card.used <= *card.total && *card.total - *card.used < *card.total / 10)
    clues.add("gpu.memory.full", "yes", card.line);
  if (!card.mode.empty()) clues.add("smi.compute-mode", card.mode, card.line);
  if (!card.mig.empty()) clues.add("smi.mig", card.mig, card.line);
}

std::string compute_mode_of(std::string_view text) {
  std::string lower = to_lower(text);
  if (lower.contains("prohibited")) return "prohibited";
  bool exclusive = lower.contains("e. ") || lower.contains("exclusive");
  if (exclusive && lower.contains("thread")) return "exclusive_thread";
  if (exclusive && lower.contains("process")) return "exclusive_process";
  return lower.contains("default") ? "default" : "";
}

std::optional<std::int64_t> mib_of(std::string_view text) {
  text = trim(text);
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  auto whole = digits > 0 && digits < 10 ? parse_int(text.substr(0, digits)) : std::nullopt;
  if (!whole) return std::nullopt;
  std::size_t at = digits;
  std::int64_t hundredths = 0, weight = 10;
  if (at < text.size() && text[at] == '.')
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, weight /= 10) hundredths += (text[at] - '0') * weight;
  std::string unit = to_lower(trim(text.substr(at)));
  if (unit.empty() || unit == "mib" || unit == "mb" || unit == "m") return whole;
  if (unit == "gib" || unit == "gb") return *whole * 1024 + hundredths * 1024 / 100;
  return std::nullopt;
}

bool is_bus_id(std::string_view word) {
  auto parts = split(word, ':');
  if (parts.size() != 3 || parts[0].size() < 4 || parts[0].size() > 8 || parts[1].size() != 2 || parts[2].size() != 4) return false;
  return is_hex(parts[0]) && is_hex(parts[1]) && is_hex(parts[2].substr(0, 2)) && parts[2][2] == '.' && is_hex(parts[2].substr(3));
}

std::vector<std::string> table_cells(std::string_view text) {
  std::string plain = replace_all(replace_all(std::string(text), "│", "|"), "║", "|");
  std::vector<std::string> cells;
  for (std::string_view cell : split(plain, '|')) cells.emplace_back(trim(cell));
  if (!cells.empty() && cells.front().empty()) cells.erase(cells.begin());
  if (!cells.empty() && cells.back().empty()) cells.pop_back();
  return cells;
}

std::vector<std::string> blank_separated(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t begin = text.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) break;
    std::size_t end = std::min(text.find_first_of(" \t", begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    at = end;
  }
  return words;
}

}  // namespace gpuwhy
