#include "render/terminal/markdown.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace gpuwhy::render {

namespace {

std::size_t indentation(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

std::string_view fence_of(std::string_view line) {
  std::string_view text = trim(line);
  for (std::string_view fence : {"```", "~~~"})
    if (text.starts_with(fence)) return fence;
  return {};
}

// "- text", "* text", "12. text": the marker, and where the text begins.
struct Item {
  std::string marker;
  std::string_view text;
};
std::optional<Item> item_of(std::string_view line) {
  std::string_view text = line.substr(indentation(line));
  if (text.starts_with("- ") || text.starts_with("* ") || text.starts_with("+ ")) return Item{"-", trim(text.substr(2))};
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits == 0 || digits > 3 || !text.substr(digits).starts_with(". ")) return std::nullopt;
  return Item{std::string(text.substr(0, digits + 1)), trim(text.substr(digits + 2))};
}

std::size_t heading_level(std::string_view line) {
  std::size_t level = std::min(line.find_first_not_of('#'), line.size());
  return level >= 1 && level <= 6 && level < line.size() && line[level] == ' ' ? level : 0;
}

class Reader {
 public:
  explicit Reader(std::string_view markdown) : lines_(lines(markdown)) {}

  MarkdownPage read() {
    read_front_matter();
    while (at_ < lines_.size()) read_block();
    return std::move(page_);
  }

 private:
  void read_front_matter() {
    if (lines_.empty() || trim(lines_[0]) != "---") return;
    auto end = std::find_if(lines_.begin() + 1, lines_.end(), [](std::string_view line) { return trim(line) == "---"; });
    if (end == lines_.end()) return;
    std::string* last = nullptr;
    for (auto line = lines_.begin() + 1; line != end; ++line) {
      std::string_view text = trim(*line);
      std::size_t colon = text.find(':');
      if (text.starts_with("- ") && last) {  // a list below its key
        if (!last->empty()) *last += ", ";
        *last += trim(text.substr(2));
      } else if (colon != std::string_view::npos) {
        last = &page_.front_matter.emplace(trim(text.substr(0, colon)), trim(text.substr(colon + 1))).first->second;
      }
    }
    at_ = static_cast<std::size_t>(end - lines_.begin()) + 1;
  }

  void read_block() {
    std::string_view line = lines_[at_];
    if (trim(line).empty()) {
      ++at_;
    } else if (!fence_of(line).empty()) {
      read_code(fence_of(line));
    } else if (trim(line).starts_with("<!--")) {
      while (at_ < lines_.size() && lines_[at_++].find("-->") == std::string_view::npos) continue;
    } else if (std::size_t level = heading_level(line)) {
      page_.blocks.push_back({.kind = BlockKind::heading, .level = level, .text = std::string(trim(line.substr(level)))});
      ++at_;
    } else if (trim(line).starts_with('|')) {
      MarkdownBlock table{.kind = BlockKind::code};
      for (; at_ < lines_.size() && trim(lines_[at_]).starts_with('|'); ++at_) table.lines.emplace_back(trim(lines_[at_]));
      page_.blocks.push_back(std::move(table));
    } else if (auto item = item_of(line)) {
      MarkdownBlock block{.kind = BlockKind::item,
                          .level = std::min<std::size_t>(indentation(line) / 2, 4),
                          .marker = item->marker,
                          .text = std::string(item->text)};
      ++at_;
      read_continuation(block);
    } else {
      bool quote = trim(line).starts_with('>');
      MarkdownBlock block{.kind = quote ? BlockKind::quote : BlockKind::paragraph, .text = std::string(trim(line))};
      if (quote) block.text = std::string(trim(std::string_view(block.text).substr(1)));
      ++at_;
      read_continuation(block);
    }
  }

  void read_code(std::string_view fence) {
    MarkdownBlock code{.kind = BlockKind::code};
    std::size_t margin = indentation(lines_[at_]);
    for (++at_; at_ < lines_.size() && fence_of(lines_[at_]) != fence; ++at_)
      code.lines.emplace_back(lines_[at_].substr(std::min(indentation(lines_[at_]), margin)));
    ++at_;  // the closing fence, or one past the end
    page_.blocks.push_back(std::move(code));
  }

  // Lines that go on with the paragraph or item that was begun.
  void read_continuation(MarkdownBlock& block) {
    for (; at_ < lines_.size(); ++at_) {
      std::string_view line = lines_[at_];
      std::string_view text = trim(line);
      if (text.empty() || heading_level(line) > 0 || item_of(line) || !fence_of(line).empty() || text.starts_with('|') ||
          text.starts_with("<!--"))
        break;
      if (text.starts_with('>') != (block.kind == BlockKind::quote)) break;
      if (block.kind == BlockKind::quote) text = trim(text.substr(1));
      block.text += ' ';
      block.text += text;
    }
    page_.blocks.push_back(std::move(block));
  }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  MarkdownPage page_;
};

// "[text](target)" at the front: what to show, and its length. Length 0 when it is not a link.
std::pair<std::string, std::size_t> link_at(std::string_view text) {
  std::size_t close = text.find(']');
  if (close == std::string_view::npos || close + 1 >= text.size() || text[close + 1] != '(') return {"", 0};
  std::size_t end = text.find(')', close);
  if (end == std::string_view::npos) return {"", 0};
  std::string label(text.substr(1, close - 1));
  std::string target(text.substr(close + 2, end - close - 2));
  return {label == target || target.empty() ? label : label + " (" + target + ")", end + 1};
}

bool is_escapable(char c) { return std::string_view("\\`*_[]<>#-.!|").find(c) != std::string_view::npos; }

}  // namespace

MarkdownPage parse_markdown(std::string_view markdown) { return Reader(markdown).read(); }

std::vector<Span> inline_spans(std::string_view text) {
  std::vector<Span> spans;
  std::string plain;
  bool strong = false;
  auto flush = [&] {
    if (!plain.empty()) spans.push_back({std::exchange(plain, ""), strong ? Style::strong : Style::plain});
  };
  while (!text.empty()) {
    std::size_t length = 1;
    if (text[0] == '\\' && text.size() > 1 && is_escapable(text[1])) {
      plain += text[1];
      length = 2;
    } else if (text[0] == '`' && text.find('`', 1) != std::string_view::npos) {
      length = text.find('`', 1) + 1;
      flush();
      spans.push_back({std::string(text.substr(0, length)), Style::command});
    } else if (text.starts_with("**") && (strong || text.find("**", 2) != std::string_view::npos)) {
      flush();
      strong = !strong;
      length = 2;
    } else if (auto [label, link_length] = text[0] == '[' ? link_at(text) : std::pair<std::string, std::size_t>(); link_length > 0) {
      plain += label;
      length = link_length;
    } else if (text.starts_with("<http") && text.find('>') != std::string_view::npos) {
      length = text.find('>') + 1;
      plain += text.substr(1, length - 2);
    } else {
      plain += text[0];
    }
    text.remove_prefix(length);
  }
  flush();
  return spans;
}

}  // namespace gpuwhy::render
