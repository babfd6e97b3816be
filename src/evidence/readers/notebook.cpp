#include "evidence/readers/notebook.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/text.h"
#include "evidence/clean.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {

namespace {

constexpr std::size_t most_depth = 40;            // a notebook nests some ten levels deep
constexpr std::size_t most_bytes = 64u << 20;     // of the text that comes out
constexpr std::size_t longest_string = 4u << 20;  // of one string: a picture in base64 is no text
constexpr std::size_t longest_metadata = 200;
constexpr std::string_view mark = "[notebook] ";

// The lines as one stream of bytes that counts where it is; the end of a line is a byte of its own.
class LineIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  LineIterator() = default;
  LineIterator(const std::vector<Line>& lines, std::size_t* at) : lines_(&lines), at_(at) {}
  LineIterator(const std::vector<Line>& lines, std::size_t line, std::size_t* at) : lines_(&lines), line_(line), at_(at) {}

  char operator*() const {
    const std::string& text = (*lines_)[line_].text;
    return byte_ < text.size() ? text[byte_] : '\n';
  }
  LineIterator& operator++() {
    if (byte_++ >= (*lines_)[line_].text.size()) ++line_, byte_ = 0;
    if (at_) *at_ = line_;
    return *this;
  }
  LineIterator operator++(int) {
    LineIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const LineIterator& other) const { return line_ == other.line_ && byte_ == other.byte_; }

 private:
  const std::vector<Line>* lines_ = nullptr;
  std::size_t line_ = 0, byte_ = 0;
  std::size_t* at_ = nullptr;  // told where the parser is
};

// Collects text as the parser meets it, so that what stands before a break is kept.
class Collector : public nlohmann::json_sax<nlohmann::json> {
 public:
  Collector(const std::vector<Line>& lines, const std::size_t& at) : lines_(lines), at_(at) {}

  bool null() override { return true; }
  bool boolean(bool value) override {
    if (key() == "isGpuEnabled") add_metadata("isGpuEnabled", value ? "true" : "false");
    return true;
  }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (!keys_.empty()) keys_.back() = name.substr(0, longest_metadata);
    if (name == "colab" || name == "kaggle") add_metadata(name, "yes");
    return true;
  }
  bool string(string_t& value) override {
    std::string_view name = key();
    if (name == "source" || name == "input" || name == "text" || name == "traceback" || name == "text/plain") add_text(value);
    else if (name == "accelerator" || name == "gpuType" || name == "machine_shape" || name == "display_name" ||
             name == "dockerImageVersionId")
      add_metadata(name, value);
    return written_ < most_bytes;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  std::vector<Line> take() { return std::move(out_); }
  bool is_notebook() const { return is_notebook_; }

 private:
  // An array has no names of its own: its strings belong to the name before it.
  std::string_view key() const { return keys_.empty() ? std::string_view() : keys_.back(); }
  bool open() {
    if (keys_.size() >= most_depth) return false;
    keys_.emplace_back(key());
    if (key() == "cells" || key() == "worksheets") is_notebook_ = true;
    return true;
  }
  bool close() {
    if (!keys_.empty()) keys_.pop_back();
    return true;
  }
  const Line& here() const { return lines_[std::min(at_, lines_.size() - 1)]; }
  void add_metadata(std::string_view name, std::string_view value) {
    if (value.size() <= longest_metadata)
      out_.push_back({here().number, std::string(mark) + std::string(name) + ": " + std::string(value), here().file});
  }
  void add_text(std::string_view value) {
    if (value.size() > longest_string) return;
    written_ += value.size();
    for (std::string_view part : lines(value)) {
      // A comment in a cell says what might be, not what is.
      bool is_comment = (key() == "source" || key() == "input") && trim(part).starts_with('#');
      if (!is_comment) out_.push_back({here().number, clean_line(part), here().file});
    }
  }

  const std::vector<Line>& lines_;
  const std::size_t& at_;
  std::vector<std::string> keys_;
  std::vector<Line> out_;
  std::size_t written_ = 0;
  bool is_notebook_ = false;
};

// Behind a place that is no JSON: rows that are one string of a list each, as notebooks are written.
void add_loose_strings(const std::vector<Line>& raw, std::size_t from, std::vector<Line>& out) {
  for (std::size_t i = from; i < raw.size(); ++i) {
    std::string_view text = trim(raw[i].text);
    if (text.ends_with(',')) text.remove_suffix(1);
    if (text.size() < 3 || text.size() > longest_string || !text.starts_with('"') || !text.ends_with('"')) continue;
    nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    if (!value.is_string()) continue;
    for (std::string_view part : lines(value.get_ref<const std::string&>())) out.push_back({raw[i].number, clean_line(part), raw[i].file});
  }
}

// The begin of the text tells: an object that names cells or nbformat. Its first lines may be metadata alone.
bool looks_like_notebook(const std::vector<Line>& raw) {
  auto first = std::ranges::find_if(raw, [](const Line& line) { return !trim(line.text).empty(); });
  if (first == raw.end() || !trim(first->text).starts_with('{')) return false;
  for (const Line& line : raw)
    for (std::string_view word : {"\"cells\"", "\"nbformat\"", "\"cell_type\""})
      if (line.text.contains(word)) return true;
  return false;
}

}  // namespace

std::vector<Line> expand_notebook(std::vector<Line> raw) {
  if (!looks_like_notebook(raw)) return raw;
  std::size_t at = 0;
  Collector collector(raw, at);
  bool whole = nlohmann::json::sax_parse(LineIterator(raw, &at), LineIterator(raw, raw.size(), nullptr), &collector,
                                         nlohmann::json::input_format_t::json, false);
  bool is_notebook = collector.is_notebook();
  std::vector<Line> out = collector.take();
  if (!whole) add_loose_strings(raw, std::min(at, raw.size()), out);
  return is_notebook && !out.empty() ? out : raw;
}

void read_notebook(std::span<const Line> lines, Clues& clues) {
  bool has_metadata = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = lines[i].text;
    if (!text.starts_with(mark)) continue;
    text.remove_prefix(mark.size());
    std::size_t colon = text.find(": ");
    if (colon == std::string_view::npos) continue;
    if (!has_metadata) clues.add("place", "notebook", i);
    has_metadata = true;
    std::string_view name = text.substr(0, colon);
    if (name == "colab" || name == "kaggle") clues.add("place", name, i);
    clues.add("notebook." + std::string(name), text.substr(colon + 2), i);
  }
}

}  // namespace gpuwhy
