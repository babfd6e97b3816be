#include "evidence/clean.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 1 << 16;
constexpr std::ptrdiff_t most_repaints = 250;  // kept of one line's beginning, and of its end

struct Replacement {
  std::string_view from, to;
};

// What issue trackers, mail programs and word processors make of plain characters.
constexpr Replacement entities[] = {{"&lt;", "<"},   {"&gt;", ">"},   {"&quot;", "\""}, {"&#39;", "'"},
                                    {"&apos;", "'"}, {"&nbsp;", " "}, {"&amp;", "&"}};
constexpr Replacement typography[] = {{"\xc2\xa0", " "},      {"\xe2\x80\x98", "'"}, {"\xe2\x80\x99", "'"}, {"\xe2\x80\x9c", "\""},
                                      {"\xe2\x80\x9d", "\""}, {"\xe2\x80\x8b", ""},  {"\xef\xbb\xbf", ""}};

// Behind ESC: CSI sequences end in a letter, OSC ones with BEL or ESC \, the rest is two bytes long.
std::size_t end_of_escape(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return text.size();
  char kind = text[at + 1];
  std::size_t end = at + 2;
  if (kind == '[') {
    while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
    return std::min(end + 1, text.size());
  }
  if (kind != ']') return end;
  while (end < text.size() && text[end] != '\a' && text[end] != '\x1b') ++end;
  return std::min(end + (end < text.size() && text[end] == '\x1b' ? 2 : 1), text.size());
}

std::string without_escapes(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\x1b') {
      i = end_of_escape(text, i);
      continue;
    }
    // A terminal's way of making bold text: a letter, backspace, the letter again.
    if (text[i] == '\b') {
      if (!plain.empty()) plain.pop_back();
    } else if (text[i] != '\0') {
      plain += text[i];
    }
    ++i;
  }
  return plain;
}

bool is_time_byte(char c) { return (c >= '0' && c <= '9') || c == '-' || c == ':' || c == '.' || c == 'T' || c == 'Z' || c == '+'; }

// "2026-01-02T03:04:05.678Z " of container logs and CI; the length with its blank, 0 when there is none.
std::size_t iso_time(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T') return 0;
  std::size_t end = 0;
  while (end < text.size() && is_time_byte(text[end])) ++end;
  return end >= 19 && end < text.size() && text[end] == ' ' ? end + 1 : 0;
}

// "[rank0]: " of torchrun, "[1,0]<stderr>:" of mpirun, "(worker pid=123) " of Ray, "web-1  | " of docker compose.
std::size_t launcher_prefix(std::string_view text) {
  if (text.starts_with("[rank")) {
    std::size_t end = text.find("]:");
    return end < 12 ? std::min(text.size(), end + (text.substr(end + 2).starts_with(' ') ? 3 : 2)) : 0;
  }
  if (text.starts_with("[1,")) {
    std::size_t end = text.find(">:");
    return end < 20 ? end + 2 : 0;
  }
  if (text.starts_with('(')) {
    std::size_t end = text.find(") ");
    return end < 60 && text.substr(0, end).find(" pid=") != std::string_view::npos ? end + 2 : 0;
  }
  std::size_t bar = text.substr(0, 48).find(" | ");
  if (bar == std::string_view::npos || bar == 0) return 0;
  std::string_view name = trim(text.substr(0, bar));
  bool service = !name.empty() && name.find(' ') == std::string_view::npos && name.front() != '|' &&
                 (name.back() >= '0' && name.back() <= '9') && name.find_first_of("-_") != std::string_view::npos;
  return service ? bar + 3 : 0;
}

// CRI: "2026-01-02T03:04:05.678Z stderr F text".
std::size_t cri_prefix(std::string_view text) {
  for (std::string_view stream : {"stdout F ", "stderr F ", "stdout P ", "stderr P "})
    if (text.starts_with(stream)) return stream.size();
  return 0;
}

// Whether a container engine wrote what stands before the message.
bool is_of_container(std::string_view raw) {
  if (raw.starts_with("{\"log\":\"")) return true;
  std::string plain = without_escapes(raw.substr(0, 200));
  std::string_view text = plain;
  text.remove_prefix(iso_time(text));
  std::size_t prefix = launcher_prefix(text);
  return cri_prefix(text) > 0 || (prefix >= 3 && text.substr(prefix - 3, 3) == " | ");
}

// Docker's json-file driver: {"log":"text\n","stream":"stderr","time":"..."}.
std::string docker_json_text(std::string_view line) {
  constexpr std::string_view begin = "{\"log\":\"";
  std::string text;
  for (std::size_t i = begin.size(); i < line.size() && line[i] != '"'; ++i) {
    if (line[i] != '\\' || i + 1 >= line.size()) {
      text += line[i];
      continue;
    }
    char escaped = line[++i];
    if (escaped == 't') text += '\t';
    else if (escaped == 'u') i = std::min(i + 4, line.size()), text += ' ';
    else if (escaped != 'n' && escaped != 'r') text += escaped;
  }
  return text;
}

}  // namespace

std::string clean_line(std::string_view raw) {
  std::string plain = without_escapes(raw.substr(0, longest_line));
  if (plain.find('&') != std::string::npos)
    for (const Replacement& entity : entities) plain = replace_all(std::move(plain), entity.from, entity.to);
  if (std::ranges::any_of(plain, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    for (const Replacement& mark : typography) plain = replace_all(std::move(plain), mark.from, mark.to);
  if (plain.starts_with("{\"log\":\"")) plain = docker_json_text(plain);
  std::string_view text = plain;
  // A quotation, "> > text"; three of them are Python's prompt.
  while (text.starts_with("> ") || text == ">") text.remove_prefix(std::min<std::size_t>(2, text.size()));
  for (int layer = 0; layer < 3; ++layer)
    for (auto prefix : {iso_time, cri_prefix, launcher_prefix}) text.remove_prefix(prefix(text));
  return std::string(text);
}

void add_clean_lines(std::string_view raw, std::size_t number, std::size_t file, std::vector<Line>& lines) {
  while (raw.ends_with('\r')) raw.remove_suffix(1);
  std::vector<std::string_view> parts = split(raw, '\r');
  // A progress bar that repainted itself thousands of times tells nothing in its middle.
  if (std::ssize(parts) > 2 * most_repaints) parts.erase(parts.begin() + most_repaints, parts.end() - most_repaints);
  for (std::string_view part : parts) lines.push_back({number, clean_line(part), file, is_of_container(part)});
}

std::vector<Line> clean_lines(std::string_view text, std::size_t file) {
  std::vector<Line> cleaned;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    ++number;
    for (std::size_t piece = at; piece == at || piece < end; piece += longest_line)
      add_clean_lines(text.substr(piece, std::min(longest_line, end - piece)), number, file, cleaned);
    at = end + 1;
  }
  return cleaned;
}

}  // namespace gpuwhy
