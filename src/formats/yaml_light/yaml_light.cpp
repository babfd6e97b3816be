#include "formats/yaml_light/yaml_light.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace gpuwhy::yaml_light {

namespace {

using json_light::Member;
using json_light::Value;

constexpr std::size_t deepest = 32, most_lines = 200'000;

struct Line {
  std::size_t number = 0, indent = 0;
  std::string_view text;
};

Value text_value(std::string_view text) {
  Value value;
  value.kind = Value::Kind::text;
  value.text = text;
  return value;
}

// Where a text in quotation marks that begins the line ends (behind its closing mark); npos when it does not.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[at] == '"' && text[i] == '\\') ++i;
    else if (text[i] == text[at]) {
      if (text[at] == '\'' && i + 1 < text.size() && text[i + 1] == '\'') ++i;
      else return i + 1;
    }
  }
  return std::string_view::npos;
}

std::string unquoted(std::string_view text) {
  bool is_double = text.front() == '"';
  std::string_view inner = text.substr(1, text.size() - 2);
  if (!is_double) return replace_all(std::string(inner), "''", "'");
  if (auto value = json_light::parse(text); value && value->kind == Value::Kind::text) return value->text;
  return std::string(inner);
}

bool opens_quote(std::string_view text, std::size_t at) {
  return (text[at] == '"' || text[at] == '\'') && (at == 0 || std::string_view(" [,{:").contains(text[at - 1]));
}

// A comment begins with '#' at the start or after a blank, outside of quotation marks.
std::string_view without_comment(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) return trim(text.substr(0, i));
    if (!opens_quote(text, i)) continue;
    std::size_t end = end_of_quoted(text, i);
    if (end == std::string_view::npos) break;
    i = end - 1;
  }
  return trim(text);
}

struct Entry {
  std::string key;
  std::string_view rest;  // behind the colon, trimmed
};

// "key: value" or "key:"; nothing when the line is no entry of a mapping.
std::optional<Entry> split_entry(std::string_view text) {
  std::size_t colon;
  std::string key;
  if (text.empty()) return std::nullopt;
  if (text.front() == '"' || text.front() == '\'') {
    colon = end_of_quoted(text, 0);
    if (colon == std::string_view::npos || colon >= text.size() || text[colon] != ':') return std::nullopt;
    key = unquoted(text.substr(0, colon));
  } else {
    colon = text.find(": ");
    if (colon == std::string_view::npos) colon = text.ends_with(':') ? text.size() - 1 : std::string_view::npos;
    if (colon == std::string_view::npos || text.front() == '[' || text.front() == '{') return std::nullopt;
    key = trim(text.substr(0, colon));
  }
  std::string_view rest = text.substr(colon + 1);
  if (!rest.empty() && rest.front() != ' ') return std::nullopt;
  return Entry{std::move(key), trim(rest)};
}

bool begins_item(std::string_view text) { return text == "-" || text.starts_with("- "); }

class Reader {
 public:
  std::expected<Value, std::string> run(Bytes bytes) {
    if (!take_lines(bytes)) return std::unexpected(error_);
    if (lines_.empty()) return std::unexpected(std::string("it is empty"));
    Value value;
    if (!read_block(lines_.front().indent, 0, value)) return std::unexpected(error_);
    if (at_ < lines_.size()) fail("its indentation fits nothing above it");
    if (!error_.empty()) return std::unexpected(error_);
    return value;
  }

 private:
  bool fail_at(std::size_t number, std::string_view why) {
    if (error_.empty()) error_ = "line " + std::to_string(number) + ": " + std::string(why);
    return false;
  }
  bool fail(std::string_view why) { return fail_at(at_ < lines_.size() ? lines_[at_].number : 0, why); }

  bool take_lines(Bytes bytes) {
    std::size_t number = 0;
    for (std::string_view raw : lines(bytes)) {
      if (++number > most_lines) return fail_at(number, "it is too long");
      std::size_t indent = raw.find_first_not_of(' ');
      if (indent == std::string_view::npos) continue;
      std::string_view text = without_comment(raw.substr(indent));
      if (text.empty()) continue;
      if (raw[indent] == '\t') return fail_at(number, "a tab is no indentation");
      if (text == "---" || text.starts_with("--- ")) {
        if (!lines_.empty() || text != "---") return fail_at(number, "only one document is read");
        continue;
      }
      if (text == "...") break;
      lines_.push_back({number, indent, text});
    }
    return true;
  }

  bool read_block(std::size_t indent, std::size_t depth, Value& value) {
    if (depth >= deepest) return fail("nested too deeply");
    return begins_item(lines_[at_].text) ? read_sequence(indent, depth, value) : read_mapping(indent, depth, value);
  }

  bool read_sequence(std::size_t indent, std::size_t depth, Value& value) {
    value.kind = Value::Kind::array;
    while (at_ < lines_.size() && lines_[at_].indent == indent && begins_item(lines_[at_].text)) {
      Value item;
      Line& line = lines_[at_];
      std::size_t begin = line.text.find_first_not_of(' ', 1);
      if (begin == std::string_view::npos) {
        ++at_;
        if (at_ < lines_.size() && lines_[at_].indent > indent && !read_block(lines_[at_].indent, depth + 1, item)) return false;
      } else if (begins_item(line.text.substr(begin)) || split_entry(line.text.substr(begin))) {
        // What stands behind the dash is a block of its own, as deep as its column.
        line.indent += begin;
        line.text.remove_prefix(begin);
        if (!read_block(line.indent, depth + 1, item)) return false;
      } else if (!read_scalar(line.text.substr(begin), item)) {
        return false;
      } else {
        ++at_;
      }
      value.members.push_back({"", std::move(item)});
    }
    return at_ >= lines_.size() || lines_[at_].indent <= indent || fail("its indentation fits nothing above it");
  }

  bool read_mapping(std::size_t indent, std::size_t depth, Value& value) {
    value.kind = Value::Kind::object;
    while (at_ < lines_.size() && lines_[at_].indent == indent && !begins_item(lines_[at_].text)) {
      auto entry = split_entry(lines_[at_].text);
      if (!entry) return fail("neither an entry nor an item");
      Value item;
      if (!entry->rest.empty()) {
        if (!read_scalar(entry->rest, item)) return false;
        ++at_;
      } else {
        ++at_;
        bool is_deeper = at_ < lines_.size() && lines_[at_].indent > indent;
        // A sequence may stand as far left as the key that it belongs to.
        bool is_list = at_ < lines_.size() && lines_[at_].indent == indent && begins_item(lines_[at_].text);
        if ((is_deeper || is_list) && !read_block(lines_[at_].indent, depth + 1, item)) return false;
      }
      value.members.push_back({std::move(entry->key), std::move(item)});
    }
    return at_ >= lines_.size() || lines_[at_].indent <= indent || fail("its indentation fits nothing above it");
  }

  bool read_scalar(std::string_view text, Value& value) {
    switch (text.front()) {
      case '&':
      case '*':
      case '!':
        return fail("anchors, aliases and tags are not read");
      case '|':
      case '>':
        return fail("texts over several lines are not read");
      case '[':
      case '{':
        return read_flow(text, value);
      case '"':
      case '\'':
        if (end_of_quoted(text, 0) != text.size()) return fail("a quotation mark stays open");
        value = text_value(unquoted(text));
        return true;
      default:
        if (text != "null" && text != "~") value = text_value(text);
        return true;
    }
  }

  // JSON is read as such; of what YAML allows beyond it, only a flat list of plain words.
  bool read_flow(std::string_view text, Value& value) {
    if (auto json = json_light::parse(text)) {
      value = std::move(*json);
      return true;
    }
    if (text.front() != '[' || text.back() != ']' || text.substr(1, text.size() - 2).find_first_of("[]{}\"'") != std::string_view::npos)
      return fail("a value in brackets is not read");
    value.kind = Value::Kind::array;
    for (std::string_view part : split(text.substr(1, text.size() - 2), ','))
      if (std::string_view word = trim(part); !word.empty()) value.members.push_back({"", text_value(word)});
    return true;
  }

  std::vector<Line> lines_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace

std::expected<Value, std::string> parse(Bytes bytes) { return Reader().run(bytes); }

}  // namespace gpuwhy::yaml_light
