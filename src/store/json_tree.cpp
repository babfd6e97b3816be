#include "store/json_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"

namespace gpuwhy {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

// Builds the tree from the parser's events. nlohmann's parser keeps its state on the heap, so depth costs it nothing; the limit is for
// everything that walks the tree afterwards.
class TreeBuilder : public nlohmann::json_sax<json> {
 public:
  explicit TreeBuilder(std::size_t depth_limit) : depth_limit_(depth_limit) {}

  bool null() override { return put(json(nullptr)); }
  bool boolean(bool value) override { return put(json(value)); }
  bool number_integer(std::int64_t value) override { return put(json(value)); }
  bool number_unsigned(std::uint64_t value) override { return put(json(value)); }
  bool number_float(double value, const std::string&) override { return put(json(value)); }
  bool string(std::string& value) override { return put(json(std::move(value))); }
  bool binary(json::binary_t&) override { return false; }  // not in JSON text
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    if (open_.back()->contains(name)) return refuse(fmt::format("the key \"{}\" is given twice", printable(name, 60)));
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& problem) override {
    error_position_ = position;
    std::string_view what = problem.what();
    if (auto at = what.find("last read:"); at != std::string_view::npos) what = what.substr(0, at);
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value - unexpected end of input; "
    if (auto at = what.find(" - "); at != std::string_view::npos) what.remove_prefix(at + 3);
    else if (auto bracket = what.find("] "); bracket != std::string_view::npos) what.remove_prefix(bracket + 2);
    while (what.ends_with(' ') || what.ends_with(';')) what.remove_suffix(1);
    return refuse(printable(what, 200));
  }

  json take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }
  std::optional<std::size_t> error_position() const { return error_position_; }

 private:
  bool refuse(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
    return false;
  }
  json& place(json value) {
    if (open_.empty()) return root_ = std::move(value);
    json& parent = *open_.back();
    if (parent.is_object()) return parent[key_] = std::move(value);
    parent.push_back(std::move(value));
    return parent.back();
  }
  bool put(json value) {
    place(std::move(value));
    return true;
  }
  bool open(json value) {
    if (open_.size() >= depth_limit_) return refuse(fmt::format("nested more than {} deep", depth_limit_));
    open_.push_back(&place(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::size_t depth_limit_;
  json root_;
  std::vector<json*> open_;  // an array grows only while it is the innermost one, so these stay valid
  std::string key_, problem_;
  std::optional<std::size_t> error_position_;
};

// `position` is how many bytes were read: the last of them is the one that does not fit.
std::string place_of(std::string_view text, std::size_t position) {
  std::string_view before = text.substr(0, std::min(std::max<std::size_t>(position, 1) - 1, text.size()));
  auto line = std::ranges::count(before, '\n') + 1;
  std::size_t last_break = before.rfind('\n');
  return fmt::format("line {}, column {}", line, last_break == std::string_view::npos ? before.size() + 1 : before.size() - last_break);
}

// Appends the one-line form and stops as soon as it would pass `limit` bytes of `out`.
bool append_line(const ordered_json& tree, std::size_t limit, std::string& out) {
  bool is_object = tree.is_object();
  if (!is_object && !tree.is_array()) {
    out += tree.dump();
    return out.size() <= limit;
  }
  out += is_object ? '{' : '[';
  bool is_first = true;
  for (auto item = tree.begin(); item != tree.end(); ++item) {
    if (!is_first) out += ", ";
    is_first = false;
    if (is_object) out += ordered_json(item.key()).dump() + ": ";
    if (!append_line(*item, limit, out)) return false;
  }
  out += is_object ? '}' : ']';
  return out.size() <= limit;
}

void append_tree(const ordered_json& tree, std::size_t indent, std::size_t used, std::size_t width, std::string& out) {
  std::size_t start = out.size();
  std::size_t room = width > indent + used ? width - indent - used : 0;
  if (append_line(tree, start + room, out) || !tree.is_structured()) return;
  out.resize(start);
  bool is_object = tree.is_object();
  out += is_object ? '{' : '[';
  for (auto item = tree.begin(); item != tree.end(); ++item) {
    out += item == tree.begin() ? "\n" : ",\n";
    out.append(indent + 1, ' ');
    std::string key = is_object ? ordered_json(item.key()).dump() + ": " : std::string();
    out += key;
    append_tree(*item, indent + 1, key.size() + 1, width, out);
  }
  out += '\n';
  out.append(indent, ' ');
  out += is_object ? '}' : ']';
}

// The length of the valid UTF-8 sequence at the front (RFC 3629: no overlong forms, no surrogates), 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto continues = [&](std::size_t from, std::size_t to) {
    if (text.size() < to) return false;
    return std::ranges::all_of(text.substr(from, to - from), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; });
  };
  if (byte(0) < 0x80) return 1;
  if (byte(0) >= 0xc2 && byte(0) <= 0xdf) return continues(1, 2) ? 2 : 0;
  if ((byte(0) & 0xf0) == 0xe0) {
    bool is_good = continues(1, 3) && !(byte(0) == 0xe0 && byte(1) < 0xa0) && !(byte(0) == 0xed && byte(1) > 0x9f);
    return is_good ? 3 : 0;
  }
  if (byte(0) < 0xf0 || byte(0) > 0xf4) return 0;
  bool is_good = continues(1, 4) && !(byte(0) == 0xf0 && byte(1) < 0x90) && !(byte(0) == 0xf4 && byte(1) > 0x8f);
  return is_good ? 4 : 0;
}

}  // namespace

Result<json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) return fail(fmt::format("{} bytes long; the limit is {} bytes", text.size(), limits.bytes));
  TreeBuilder builder(limits.depth);
  if (json::sax_parse(text.begin(), text.end(), &builder)) return builder.take();
  if (auto position = builder.error_position()) return fail(fmt::format("{}: {}", place_of(text, *position), builder.problem()));
  return fail(builder.problem());
}

std::string lay_out_json(const ordered_json& tree, std::size_t width) {
  std::string out;
  append_tree(tree, 0, 0, width, out);
  out += '\n';
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace gpuwhy
