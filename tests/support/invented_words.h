// One line of a manifest, taken apart into words and options. Private to invented_manifest.cpp.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "support/invented_tree.h"

namespace gpuwhy::testing {

// A problem in one line of a manifest; it leaves the reader as an Error.
struct Problem {
  std::string what;
};

// Takes one line apart: words, "quoted words", and the rest as it is.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(trim(line)) {}

  bool is_empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  bool skip(std::string_view word) {
    if (!rest_.starts_with(word) || (rest_.size() > word.size() && rest_[word.size()] != ' ')) return false;
    rest_ = trim(rest_.substr(word.size()));
    return true;
  }
  std::string next(std::string_view what) {
    if (rest_.empty()) throw Problem{fmt::format("{} is missing", what)};
    std::string word;
    bool is_quoted = false;
    std::size_t at = 0;
    for (; at < rest_.size() && (is_quoted || (rest_[at] != ' ' && rest_[at] != '\t')); ++at) {
      if (rest_[at] == '"') is_quoted = !is_quoted;
      else if (rest_[at] == '\\' && is_quoted && at + 1 < rest_.size()) word += rest_[++at];
      else word += rest_[at];
    }
    if (is_quoted) throw Problem{"a quotation mark is not closed"};
    rest_ = trim(rest_.substr(at));
    return word;
  }
  std::string next_path(std::string_view what = "the path") {
    std::string path = next(what);
    if (!path.starts_with('/')) throw Problem{fmt::format("'{}' is no absolute path", path)};
    return path;
  }

 private:
  std::string_view rest_;
};

// key=value and bare words at the end of a line; every one must be used.
class Options {
 public:
  explicit Options(Words& words) {
    while (!words.is_empty() && !words.rest().starts_with("<<") && words.rest() != "=" && !words.rest().starts_with("= ")) {
      std::string word = words.next("an option");
      std::size_t equal = word.find('=');
      auto [entry, is_new] = values_.emplace(word.substr(0, equal), equal == std::string::npos ? "" : word.substr(equal + 1));
      if (!is_new) throw Problem{fmt::format("'{}' is given twice", entry->first)};
    }
  }
  std::optional<std::string> take(std::string_view name) {
    auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    std::string value = std::move(found->second);
    values_.erase(found);
    return value;
  }
  std::optional<std::uint64_t> take_number(std::string_view name, int base = 10) {
    auto text = take(name);
    if (!text) return std::nullopt;
    auto number = parse_int(*text, base);
    if (!number || *number < 0) throw Problem{fmt::format("'{}={}' is no number", name, *text)};
    return static_cast<std::uint64_t>(*number);
  }
  std::vector<std::string> take_list(std::string_view name) {
    std::vector<std::string> items;
    auto text = take(name);
    if (text && !text->empty())
      for (std::string_view item : split(*text, ',')) items.emplace_back(item);
    return items;
  }
  Attributes take_attributes(std::uint32_t mode) {
    auto number = [&](std::string_view name, int base, std::uint32_t usual) {
      std::uint64_t value = take_number(name, base).value_or(usual);
      if (value > std::numeric_limits<std::uint32_t>::max()) throw Problem{fmt::format("'{}' is too large", name)};
      return static_cast<std::uint32_t>(value);
    };
    auto modified = static_cast<std::int64_t>(take_number("mtime").value_or(0));
    return {number("mode", 8, mode), number("uid", 10, 0), number("gid", 10, 0), modified};
  }
  void finish() const {
    if (!values_.empty()) throw Problem{fmt::format("unknown option '{}'", values_.begin()->first)};
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace gpuwhy::testing
