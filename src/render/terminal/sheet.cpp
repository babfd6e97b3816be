#include "render/terminal/sheet.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/text.h"
#include "render/text/unicode.h"
#include "render/text/words.h"

namespace gpuwhy::render {

namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

std::string_view select_graphic_rendition(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::strong:
      return "1";
    case Style::dim:
      return "2";
    case Style::good:
      return "32";
    case Style::bad:
      return "31";
    case Style::warning:
      return "33";
    case Style::command:
      return "36";
  }
  return "";
}

// A run without blanks; its pieces differ in style only.
struct Word {
  std::vector<Span> pieces;
  std::size_t width = 0;
  std::size_t gap = 0;  // blanks before it
};

std::vector<Word> words_of(const std::vector<Span>& spans) {
  std::vector<Word> words;
  std::size_t gap = 0;
  bool open = false;
  for (const Span& span : spans) {
    for (std::string_view rest = span.text; !rest.empty();) {
      std::size_t blanks = std::min(rest.find_first_not_of(' '), rest.size());
      if (blanks > 0) {
        gap += blanks;
        open = false;
        rest.remove_prefix(blanks);
        continue;
      }
      std::string_view text = rest.substr(0, rest.find(' '));
      if (!open) words.push_back({.gap = std::exchange(gap, 0)});
      open = true;
      words.back().pieces.push_back({std::string(text), span.style});
      words.back().width += columns(text);
      rest.remove_prefix(text.size());
    }
  }
  return words;
}

// Neighbours of one style become one span: fewer escape sequences, and text that can be searched.
void add_piece(std::vector<Span>& line, std::string_view text, Style style) {
  if (!line.empty() && line.back().style == style) line.back().text += text;
  else line.push_back({std::string(text), style});
}

bool is_path_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.' || c == '/';
}

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields;
  while (!line.empty()) {
    std::size_t end = std::min(line.find('\t'), line.find("  "));
    std::string_view field = trim(line.substr(0, end));
    if (!field.empty()) fields.emplace_back(field);
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return fields;
}

std::size_t depth_of(std::string_view line) {
  std::size_t depth = 0;
  for (char c : line) {
    if (c == '\t') depth += 2;
    else if (c == ' ') ++depth;
    else break;
  }
  return std::min<std::size_t>(depth, 12);
}

}  // namespace

std::string with_tilde(std::string_view text, std::string_view home) {
  std::string result;
  if (home.size() < 2) return std::string(text);
  for (std::size_t at = 0;;) {
    std::size_t found = text.find(home, at);
    if (found == std::string_view::npos) return result.append(text.substr(at));
    std::size_t end = found + home.size();
    // Not inside of quotes either: no shell expands a quoted tilde.
    bool may_begin = found == 0 || (!is_path_character(text[found - 1]) && text[found - 1] != '\'' && text[found - 1] != '"');
    bool is_whole = may_begin && (end == text.size() || text[end] == '/' || !is_path_character(text[end]));
    result.append(text.substr(at, found - at)).append(is_whole ? std::string_view("~") : home);
    at = end;
  }
}

Sheet::Sheet(const TerminalOptions& options, std::string_view home)
    : colour_(options.colour),
      unicode_(options.unicode),
      width_(options.width == 0 ? 80 : static_cast<std::size_t>(std::clamp(options.width, 40, 200))),
      home_(home) {}

Sheet Sheet::empty_copy() const {
  Sheet copy = *this;
  copy.lines_.clear();
  return copy;
}

std::string Sheet::painted(std::string_view text, Style style) const {
  std::string_view code = select_graphic_rendition(style);
  if (!colour_ || code.empty() || text.empty()) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

std::string Sheet::cleaned(std::string_view text) const { return with_tilde(shown(text), home_); }

void Sheet::blank() {
  if (!lines_.empty() && !lines_.back().empty()) lines_.emplace_back();
}

void Sheet::paragraph(const std::vector<Span>& spans, Indent indent) {
  std::vector<Span> clean;
  for (const Span& span : spans) clean.push_back({cleaned(span.text), span.style});
  std::vector<Span> line;
  std::size_t used = indent.first;
  std::size_t before = indent.first;
  auto finish = [&] {
    std::string text(before, ' ');
    for (const Span& span : line) text += painted(span.text, span.style);
    lines_.push_back(std::move(text));
    line.clear();
    used = before = indent.rest;
  };
  for (const Word& word : words_of(clean)) {
    std::size_t gap = line.empty() ? 0 : word.gap;
    if (!line.empty() && used + gap + word.width > width_) {
      finish();
      gap = 0;
    }
    bool joins = !line.empty() && line.back().style == word.pieces.front().style;
    if (gap > 0) add_piece(line, std::string(gap, ' '), joins ? line.back().style : Style::plain);
    for (const Span& piece : word.pieces) add_piece(line, piece.text, piece.style);
    used += gap + word.width;
  }
  if (!line.empty()) finish();
}

void Sheet::verbatim(const std::vector<Span>& spans, std::size_t indent) {
  std::string text(indent, ' ');
  for (const Span& span : spans) text += painted(shown(span.text, unlimited), span.style);
  lines_.push_back(std::move(text));
}

void Sheet::items(const std::vector<std::vector<Span>>& items, Indent indent, std::size_t gap) {
  std::string line(indent.first, ' ');
  std::size_t used = indent.first;
  bool is_empty = true;
  for (const std::vector<Span>& item : items) {
    std::string text;
    std::size_t width = 0;
    for (const Span& span : item) {
      std::string clean = cleaned(span.text);
      width += columns(clean);
      text += painted(clean, span.style);
    }
    if (!is_empty && used + gap + width > width_) {
      lines_.push_back(std::move(line));
      line = std::string(indent.rest, ' ');
      used = indent.rest;
      is_empty = true;
    }
    if (!is_empty) line += std::string(gap, ' ');
    line += text;
    used += (is_empty ? 0 : gap) + width;
    is_empty = false;
  }
  if (!is_empty) lines_.push_back(std::move(line));
}

void Sheet::table(const std::vector<std::vector<std::string>>& rows, std::size_t indent, Style style) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  // Where the columns but the last take more than most of the sheet, aligning them would only push the text further out.
  std::size_t aligned = indent;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) aligned += widths[i] + 2;
  bool fits = aligned <= width_ * 4 / 5;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 == row.size()) break;
      line += std::string(fits ? widths[i] - columns(row[i]) + 2 : 2, ' ');
    }
    paragraph({{line, style}}, {indent, indent + 2});
  }
}

void Sheet::details(const std::vector<std::string>& lines, std::size_t indent, Style style) {
  std::vector<std::vector<std::string>> rows;
  std::size_t depth = 0;
  auto flush = [&] {
    table(rows, indent + depth, style);
    rows.clear();
  };
  for (const std::string& line : lines) {
    std::vector<std::string> fields;
    for (const std::string& field : fields_of(std::string_view(line).substr(std::min(line.find_first_not_of(" \t"), line.size()))))
      fields.push_back(cleaned(field));
    if (fields.empty()) continue;
    if (fields.size() < 2 || depth_of(line) != depth) flush();
    depth = depth_of(line);
    rows.push_back(std::move(fields));
    if (rows.back().size() < 2) flush();
  }
  flush();
}

void Sheet::append(const Sheet& other, std::size_t limit, std::size_t indent) {
  if (other.lines_.size() <= limit) return append(other);
  std::size_t kept = limit > 0 ? limit - 1 : 0;
  lines_.insert(lines_.end(), other.lines_.begin(), other.lines_.begin() + static_cast<std::ptrdiff_t>(kept));
  std::string more = fmt::format("{} {} more {} with -v", marks(unicode_).ellipsis, other.lines_.size() - kept,
                                 other.lines_.size() - kept == 1 ? "line" : "lines");
  lines_.push_back(std::string(indent, ' ') + painted(more, Style::dim));
}

void Sheet::append(const Sheet& other) { lines_.insert(lines_.end(), other.lines_.begin(), other.lines_.end()); }

std::string Sheet::text() const {
  std::string all;
  for (const std::string& line : lines_) {
    std::size_t end = line.find_last_not_of(' ');
    all += std::string_view(line).substr(0, end == std::string::npos ? 0 : end + 1);
    all += '\n';
  }
  return all;
}

}  // namespace gpuwhy::render
