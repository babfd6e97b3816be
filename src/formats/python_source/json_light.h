// Just enough JSON (RFC 8259) for the small files of the Python world: kernel.json and direct_url.json. Bounded in depth and in the number
// of values; tolerant where a reader may be (comments are not). Bytes that are no JSON give nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::json_light {

struct Member;

struct Value {
  enum class Kind { null, boolean, number, text, array, object };
  Kind kind = Kind::null;
  bool truth = false;           // of a boolean
  std::string text;             // of a text; of a number as written
  std::vector<Member> members;  // of an object; of an array, with empty names

  const Value* find(std::string_view name) const;  // a member of an object, or nullptr
  bool is_true() const { return kind == Kind::boolean && truth; }
};

struct Member {
  std::string name;
  Value value;
};

std::optional<Value> parse(Bytes bytes);

// "/src/my torch" of "/src/my%20torch".
std::string percent_decoded(std::string_view text);

}  // namespace gpuwhy::json_light
