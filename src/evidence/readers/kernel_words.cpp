#include "evidence/readers/kernel_words.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// "dd:dd.d"
bool is_slot(std::string_view text) {
  return text.size() >= 7 && is_hex(text[0]) && is_hex(text[1]) && text[2] == ':' && is_hex(text[3]) && is_hex(text[4]) && text[5] == '.' &&
         is_digit(text[6]);
}

}  // namespace

std::string module_name(std::string_view word) {
  std::string name = to_lower(word);
  std::ranges::replace(name, '_', '-');
  if (!name.starts_with("nvidia")) return name;
  std::string kept;
  for (std::string_view part : split(name, '-')) {
    bool flavour = part == "current" || part == "open" || part == "legacy" || part == "tesla" || part.starts_with("legacy") ||
                   (part.size() >= 3 && is_digits(part.substr(0, 3)));
    if (!part.empty() && !flavour) kept += (kept.empty() ? "" : "-") + std::string(part);
  }
  return kept;
}

std::string kernel_release(std::string_view text) {
  std::size_t end = std::min(text.find_first_of(" \t,'\"();:/"), text.size());
  std::string_view word = text.substr(0, std::min<std::size_t>(end, 80));
  while (word.ends_with('.')) word.remove_suffix(1);
  std::size_t first_dot = word.find('.');
  if (first_dot == std::string_view::npos || !is_digits(word.substr(0, first_dot)) || first_dot > 2) return {};
  std::string_view rest = word.substr(first_dot + 1);
  std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits == 0 || digits > 3) return {};
  // A version of anything else has neither a third number nor a suffix.
  return digits < rest.size() && (rest[digits] == '.' || rest[digits] == '-') ? std::string(word) : "";
}

std::string pci_address(std::string_view text) {
  if (is_slot(text)) return "0000:" + to_lower(text.substr(0, 7));
  std::size_t colon = text.find(':');
  if (colon != 4 && colon != 8) return {};
  if (!std::ranges::all_of(text.substr(0, colon), is_hex) || !is_slot(text.substr(colon + 1))) return {};
  return to_lower(text.substr(colon - 4, 12));
}

std::string_view typed(std::string_view line, std::string_view command) {
  std::size_t at = line.find(command);
  if (at == std::string_view::npos || at > 120) return {};
  std::string_view rest = line.substr(at);
  if (rest.size() > command.size() && rest[command.size()] != ' ' && rest[command.size()] != '|') return {};
  std::string_view before = trim(line.substr(0, at));
  for (std::string_view word : {"/usr/bin/", "/usr/sbin/", "/sbin/", "/bin/"})
    if (before.ends_with(word)) before = trim(before.substr(0, before.size() - word.size()));
  if (before.ends_with("sudo")) before = trim(before.substr(0, before.size() - 4));
  bool prompt =
      before.empty() || std::string_view("$#>%!~").contains(before.back()) || before.ends_with("\u276f") || before.ends_with("\u279c");
  return prompt ? rest : std::string_view{};
}

bool is_prompt(std::string_view line) {
  line = trim(line);
  if (line.empty()) return false;
  if (std::string_view("$#%").contains(line.front())) return line.size() == 1 || line[1] == ' ';
  std::size_t end = line.find_first_of("$#%");
  if (end == std::string_view::npos || end > 80 || (end + 1 < line.size() && line[end + 1] != ' ')) return false;
  std::string_view prompt = line.substr(0, end);
  return prompt.contains('@') || prompt.ends_with('~') || (prompt.starts_with('[') && trim(prompt).ends_with(']'));
}

bool printed_nothing(std::span<const Line> lines, std::size_t at) {
  std::size_t next = at + 1;
  while (next < lines.size() && trim(readable(lines[next])).empty()) ++next;
  return next < lines.size() && is_prompt(readable(lines[next]));
}

}  // namespace gpuwhy
