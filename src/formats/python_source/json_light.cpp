#include "formats/python_source/json_light.h"

#include "base/text.h"

namespace gpuwhy::json_light {

namespace {

constexpr int deepest = 16;
constexpr int most_values = 20'000;

void append_utf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | code >> 18);
    text += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  }
}

class Parser {
 public:
  explicit Parser(Bytes bytes) : rest_(bytes) {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
  }

  std::optional<Value> document() {
    std::optional<Value> value = this->value(0);
    skip_blanks();
    return rest_.empty() ? value : std::nullopt;
  }

 private:
  void skip_blanks() {
    std::size_t first = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(first == std::string_view::npos ? rest_.size() : first);
  }

  bool accept(std::string_view word) {
    skip_blanks();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::optional<Value> value(int depth) {
    if (depth > deepest || ++values_ > most_values) return std::nullopt;
    Value value;
    if (accept("{")) return members(Value::Kind::object, depth);
    if (accept("[")) return members(Value::Kind::array, depth);
    if (accept("null")) return value;
    if (bool truth = accept("true"); truth || accept("false")) {
      value.kind = Value::Kind::boolean;
      value.truth = truth;
      return value;
    }
    if (rest_.starts_with('"')) {
      auto text = this->text();
      if (!text) return std::nullopt;
      value.kind = Value::Kind::text;
      value.text = std::move(*text);
      return value;
    }
    std::size_t length = rest_.find_first_not_of("+-.0123456789eE");
    if (length == std::string_view::npos) length = rest_.size();
    if (length == 0) return std::nullopt;
    value.kind = Value::Kind::number;
    value.text = std::string(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return value;
  }

  std::optional<Value> members(Value::Kind kind, int depth) {
    Value whole;
    whole.kind = kind;
    const char* close = kind == Value::Kind::object ? "}" : "]";
    if (accept(close)) return whole;
    for (;;) {
      std::string name;
      if (kind == Value::Kind::object) {
        skip_blanks();
        auto key = text();
        if (!key || !accept(":")) return std::nullopt;
        name = std::move(*key);
      }
      auto member = value(depth + 1);
      if (!member) return std::nullopt;
      whole.members.push_back({std::move(name), std::move(*member)});
      if (accept(",")) continue;
      if (accept(close)) return whole;
      return std::nullopt;
    }
  }

  std::optional<std::string> text() {
    if (!rest_.starts_with('"')) return std::nullopt;
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return text;
      if (c != '\\') {
        text += c;
        continue;
      }
      if (!escape(text)) return std::nullopt;
    }
    return std::nullopt;
  }

  bool escape(std::string& text) {
    if (rest_.empty()) return false;
    char c = rest_.front();
    rest_.remove_prefix(1);
    constexpr std::string_view from = "\"\\/bfnrt", to = "\"\\/\b\f\n\r\t";
    if (std::size_t at = from.find(c); at != std::string_view::npos) {
      text += to[at];
      return true;
    }
    if (c != 'u') return false;
    auto first = code_unit();
    if (!first) return false;
    std::uint32_t code = *first;
    if (code >= 0xd800 && code < 0xdc00 && rest_.starts_with("\\u")) {
      rest_.remove_prefix(2);
      auto second = code_unit();
      if (!second || *second < 0xdc00 || *second > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (*second - 0xdc00);
    } else if (code >= 0xd800 && code <= 0xdfff) {
      code = 0xfffd;  // half of a pair alone
    }
    append_utf8(text, code);
    return true;
  }

  std::optional<std::uint32_t> code_unit() {
    if (rest_.size() < 4) return std::nullopt;
    auto code = parse_int(rest_.substr(0, 4), 16);
    if (!code || *code < 0) return std::nullopt;
    rest_.remove_prefix(4);
    return static_cast<std::uint32_t>(*code);
  }

  std::string_view rest_;
  int values_ = 0;
};

}  // namespace

const Value* Value::find(std::string_view name) const {
  if (kind != Kind::object) return nullptr;
  for (const auto& [key, value] : members)
    if (key == name) return &value;
  return nullptr;
}

std::optional<Value> parse(Bytes bytes) { return Parser(bytes).document(); }

std::string percent_decoded(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    if (text.front() == '%' && text.size() >= 3) {
      if (auto code = parse_int(text.substr(1, 2), 16); code && *code >= 0) {
        plain += static_cast<char>(*code);
        text.remove_prefix(3);
        continue;
      }
    }
    plain += text.front();
    text.remove_prefix(1);
  }
  return plain;
}

}  // namespace gpuwhy::json_light
