// Lines of text for a terminal: wrapping to a width, columns, colours. What is put on a sheet is cleaned here, once, so that nothing from
// outside can reach the terminal by another way.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "render/terminal/terminal.h"

namespace gpuwhy::render {

enum class Style { plain, strong, dim, good, bad, warning, command };

struct Span {
  std::string text;
  Style style = Style::plain;
};

struct Indent {
  std::size_t first = 0;  // columns before the first line
  std::size_t rest = 0;   // and before those that follow
};

class Sheet {
 public:
  Sheet(const TerminalOptions& options, std::string_view home);

  void blank();  // one empty line; never two in a row, never at the top
  // Wrapped between words. A word that is wider than the sheet stays whole, so that a path can be copied.
  void paragraph(const std::vector<Span>& spans, Indent indent = {});
  // One line, never wrapped: commands, code. Only the spans' text is kept exact; home folders are not abbreviated in it.
  void verbatim(const std::vector<Span>& spans, std::size_t indent = 0);
  // Items of which none is torn apart, `gap` columns between them.
  void items(const std::vector<std::vector<Span>>& items, Indent indent, std::size_t gap);
  // Lines that prove something: leading blanks are their depth, a tab or two blanks part their columns; neighbours of one depth are
  // aligned.
  void details(const std::vector<std::string>& lines, std::size_t indent, Style style = Style::plain);
  // The first `limit` lines of another sheet; then says how many more there are with -v.
  void append(const Sheet& other, std::size_t limit, std::size_t indent);
  void append(const Sheet& other);

  std::size_t width() const { return width_; }
  std::size_t line_count() const { return lines_.size(); }
  Sheet empty_copy() const;
  std::string text() const;

 private:
  std::string painted(std::string_view text, Style style) const;
  std::string cleaned(std::string_view text) const;
  void table(const std::vector<std::vector<std::string>>& rows, std::size_t indent, Style style);

  bool colour_;
  bool unicode_;
  std::size_t width_;
  std::string home_;
  std::vector<std::string> lines_;
};

// `path` occurrences of the home folder in prose become "~".
std::string with_tilde(std::string_view text, std::string_view home);

}  // namespace gpuwhy::render
