#include "store/json_fields.h"

#include "base/text.h"
#include "store/json_tree.h"

namespace gpuwhy::json_fields {

namespace {

std::string hex_of(std::string_view bytes) {
  std::string hex;
  for (char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

bool parse_hex(std::string_view hex, std::string& bytes) {
  if (hex.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    if (hex[i] == '-') return false;
    auto byte = parse_int(hex.substr(i, 2), 16);
    if (!byte) return false;
    bytes += static_cast<char>(*byte);
  }
  return true;
}

}  // namespace

// File names are bytes: what is no UTF-8 cannot be a JSON string and is kept as it is, in hexadecimal digits.
ordered_json text_to_json(const std::string& text) {
  if (is_utf8(text)) return text;
  return {{"hex", hex_of(text)}};
}

// A key must be a string: what is no UTF-8 (or looks like this very form) becomes "hex:" and its bytes.
std::string key_to_json(const std::string& key) { return is_utf8(key) && !key.starts_with("hex:") ? key : "hex:" + hex_of(key); }

ordered_json evidence_to_json(const Evidence& evidence) {
  ordered_json parts = ordered_json::array({to_json(evidence.source)});
  if (!evidence.locator.empty() || !evidence.excerpt.empty()) parts.push_back(text_to_json(evidence.locator));
  if (!evidence.excerpt.empty()) parts.push_back(text_to_json(evidence.excerpt));
  return parts;
}

void FieldReader::read(const json& from, std::string& to) {
  if (from.is_string()) {
    to = from.get_ref<const std::string&>();
    return;
  }
  if (!from.is_object() || !from.contains("hex") || !from["hex"].is_string()) return expected("text", from);
  to.clear();
  if (!parse_hex(from["hex"].get_ref<const std::string&>(), to)) refuse("\"hex\" holds something else than pairs of hexadecimal digits");
}

void FieldReader::read(const json& from, bool& to) {
  if (!from.is_boolean()) return expected("true or false", from);
  to = from.get<bool>();
}

void FieldReader::read(const json& from, Evidence& to) {
  if (!from.is_array() || from.empty()) return expected("a list of source, locator and excerpt", from);
  read(from[0], to.source);
  if (from.size() > 1 && is_good()) read(from[1], to.locator);
  if (from.size() > 2 && is_good()) read(from[2], to.excerpt);
}

void FieldReader::read_key(const std::string& key, std::string& to) {
  if (!key.starts_with("hex:") || !parse_hex(std::string_view(key).substr(4), to)) to = key;
}

void FieldReader::refuse(std::string_view why) {
  if (!is_good()) return;
  problem_ = path_.empty() ? std::string(why) : fmt::format("{}: {}", printable(path_, 200), why);
}

void FieldReader::refuse_word(std::string_view word) {
  refuse(fmt::format("this gpuwhy does not know the word \"{}\"", printable(word, 60)));
}

void FieldReader::expected(std::string_view what, const json& found) {
  std::string_view kind = found.is_null()      ? "null"
                          : found.is_boolean() ? "true or false"
                          : found.is_number()  ? "a number"
                          : found.is_string()  ? "text"
                          : found.is_array()   ? "a list"
                                               : "an object";
  refuse(fmt::format("expected {}, found {}", what, kind));
}

}  // namespace gpuwhy::json_fields
