#include "base/secret_patterns.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace gpuwhy {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_token_character(char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '-'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

template <class Predicate>
std::size_t run_length(std::string_view text, std::size_t at, Predicate is_member, std::size_t limit = 4096) {
  std::size_t end = at;
  while (end < text.size() && end - at < limit && is_member(text[end])) ++end;
  return end - at;
}

// --- tokens that their own shape gives away ---------------------------------------------------------------------------------------------

struct TokenShape {
  std::string_view prefix;
  std::size_t least;  // characters after the prefix
};

constexpr std::array<TokenShape, 23> token_shapes = {{
    {"ghp_", 16},  {"gho_", 16}, {"ghu_", 16},      {"ghs_", 16},  {"ghr_", 16},  {"github_pat_", 16}, {"glpat-", 16},    {"hf_", 16},
    {"sk-", 16},   {"AKIA", 16}, {"ASIA", 16},      {"xoxb-", 10}, {"xoxp-", 10}, {"xoxa-", 10},       {"AIza", 30},      {"nvapi-", 16},
    {"pypi-", 40}, {"npm_", 30}, {"dckr_pat_", 16}, {"dapi", 32},  {"r8_", 30},   {"gsk_", 30},        {"wandb_v1_", 16},
}};

std::size_t json_web_token_length(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("eyJ")) return 0;
  std::size_t end = at + run_length(text, at, is_token_character);
  for (int part = 0; part < 2; ++part) {
    if (end >= text.size() || text[end] != '.') return 0;
    std::size_t length = run_length(text, end + 1, is_token_character);
    if (length < 4) return 0;
    end += 1 + length;
  }
  return end - at;
}

std::size_t shaped_token_length(std::string_view text, std::size_t at) {
  for (const TokenShape& shape : token_shapes) {
    if (!text.substr(at).starts_with(shape.prefix)) continue;
    std::size_t length = run_length(text, at + shape.prefix.size(), is_token_character);
    std::string_view token = text.substr(at, shape.prefix.size() + length);
    // Real tokens hold digits; "sk-learn-contrib-packages" does not.
    if (length >= shape.least && std::ranges::any_of(token.substr(shape.prefix.size()), is_digit)) return token.size();
  }
  return json_web_token_length(text, at);
}

// --- values that the words before them give away ----------------------------------------------------------------------------------------

// What stands before a value: "HF_TOKEN=", "token: '", "--password ", "Serial Number : ".
struct Label {
  std::string name;    // lower case, blanks inside as '_'
  char separator = 0;  // '=', ':' or ' ' (only after a flag or "Bearer")
};

std::optional<Label> label_before(std::string_view text, std::size_t at) {
  constexpr std::size_t furthest = 64;
  std::size_t start = at > furthest ? at - furthest : 0;
  std::string_view before = text.substr(start, at - start);
  if (before.ends_with('"') || before.ends_with('\'')) before.remove_suffix(1);
  bool blank = false;
  while (!before.empty() && is_blank(before.back())) before.remove_suffix(1), blank = true;
  if (before.empty()) return std::nullopt;
  char separator = before.back() == '=' || before.back() == ':' ? before.back() : ' ';
  if (separator == ' ' && !blank) return std::nullopt;
  if (separator != ' ') before.remove_suffix(1);
  while (!before.empty() && (is_blank(before.back()) || before.back() == '"' || before.back() == '\'')) before.remove_suffix(1);
  std::size_t begin = before.size();
  auto belongs = [&](char c) { return is_token_character(c) || (is_blank(c) && separator == ':'); };
  while (begin > 0 && belongs(before[begin - 1])) --begin;
  std::string name = to_lower(trim(before.substr(begin)));
  std::ranges::replace(name, ' ', '_');
  if (name.empty()) return std::nullopt;
  return Label{std::move(name), separator};
}

bool ends_with_part(std::string_view name, std::string_view part) {
  if (!name.ends_with(part)) return false;
  return name.size() == part.size() || !is_letter(name[name.size() - part.size() - 1]);
}

// How long a value must be at least to be a secret under this name; 0 = the name promises no secret.
std::size_t least_secret_length(const Label& label) {
  std::string_view name = label.name;
  if (label.separator == ' ') {
    if (name == "bearer") return 8;
    if (!name.starts_with("--")) return 0;
  }
  for (std::string_view word : {"password", "passwd", "passphrase", "pgpassword"})
    if (name.ends_with(word)) return 1;
  for (std::string_view word :
       {"token", "secret", "credential", "credentials", "apikey", "api_key", "api-key", "access_key", "key", "auth"})
    if (ends_with_part(name, word)) return 8;
  return 0;
}

bool is_placeholder(std::string_view value) {
  std::string lower = to_lower(value);
  return value.starts_with('$') || value.starts_with('<') || value.starts_with('*') || lower == "none" || lower == "null" ||
         lower == "true" || lower == "false";
}

std::optional<Spotted> spot_labelled(std::string_view text, std::size_t at) {
  if (at == 0) return std::nullopt;
  auto label = label_before(text, at);
  if (!label) return std::nullopt;
  auto belongs = [](char c) { return static_cast<unsigned char>(c) > ' ' && !std::string_view("\"',;&)]}").contains(c); };
  std::string_view value = text.substr(at, run_length(text, at, belongs));
  if (value.empty() || is_placeholder(value)) return std::nullopt;
  bool has_digit = std::ranges::any_of(value, is_digit);
  for (std::string_view word : {"serial", "serial_number", "serial_no", "serial_num", "s/n"})
    if (label->separator != ' ' && ends_with_part(label->name, word) && value.size() >= 4 && has_digit)
      return Spotted{"serial", value.size()};
  std::size_t least = least_secret_length(*label);
  if (least == 0 || value.size() < least) return std::nullopt;
  // "key: value" in prose and paths to key files are no secrets; a secret has no '/' in front.
  if (least > 1 && label->separator == ':' && !has_digit) return std::nullopt;
  if (value.starts_with('/') && value.substr(1).contains('/')) return std::nullopt;
  return Spotted{"secret", value.size()};
}

std::optional<Spotted> spot_url_user(std::string_view text, std::size_t at) {
  if (!text.substr(0, at).ends_with("://")) return std::nullopt;
  auto belongs = [](char c) { return static_cast<unsigned char>(c) > ' ' && !std::string_view("/@\"'<>?#").contains(c); };
  std::size_t length = run_length(text, at, belongs, 512);
  if (length == 0 || at + length >= text.size() || text[at + length] != '@') return std::nullopt;
  if (text.substr(at, length) == "git") return std::nullopt;  // ssh://git@github.com: everybody's
  return Spotted{"secret", length};
}

std::optional<Spotted> spot_email(std::string_view text, std::size_t at) {
  auto is_local = [](char c) { return is_token_character(c) || c == '.' || c == '%' || c == '+'; };
  auto is_domain = [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '.'; };
  std::size_t local = run_length(text, at, is_local, 65);
  if (local == 0 || local > 64 || at + local >= text.size() || text[at + local] != '@') return std::nullopt;
  std::size_t length = run_length(text, at + local + 1, is_domain, 255);
  std::string_view domain = text.substr(at + local + 1, length);
  while (domain.ends_with('.') || domain.ends_with('-')) domain.remove_suffix(1);
  std::size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  std::string_view top = domain.substr(dot + 1);
  if (top.size() < 2 || !std::ranges::all_of(top, is_letter) || top == "service") return std::nullopt;
  if (text.substr(at, local) == "git") return std::nullopt;
  return Spotted{"email", local + 1 + domain.size()};
}

// --- addresses ---------------------------------------------------------------------------------------------------------------------------

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::size_t mac_length(std::string_view text, std::size_t at) {
  std::size_t bytes = 0, end = at;
  while (end + 2 <= text.size() && is_hex(text[end]) && is_hex(text[end + 1])) {
    ++bytes;
    end += 2;
    if (end >= text.size() || text[end] != ':') break;
    ++end;
  }
  if (bytes == 0) return 0;
  bool is_whole = text[end - 1] != ':' && (end == text.size() || (text[end] != ':' && ends_word(text, end)));
  return is_whole && (bytes == 6 || bytes == 8 || bytes == 20) ? end - at : 0;
}

std::size_t ipv6_length(std::string_view text, std::size_t at) {
  std::size_t length = run_length(
      text, at, [](char c) { return is_hex(c) || c == ':'; }, 40);
  std::string_view run = text.substr(at, length);
  while (run.ends_with(':') && !run.ends_with("::")) run.remove_suffix(1);
  if (!ends_word(text, at + run.size()) || run == "::" || run == "::1") return 0;
  std::size_t groups = 0, gaps = 0;
  for (std::string_view group : split(run, ':')) {
    if (group.size() > 4) return 0;
    group.empty() ? ++gaps : ++groups;
  }
  bool has_gap = run.contains("::") && run.find("::") == run.rfind("::");
  if (!has_gap) return groups == 8 && gaps == 0 ? run.size() : 0;
  std::string start = to_lower(run.substr(0, 2));
  bool is_plain = start == "fe" || start == "fd" || start == "fc" || start == "20" || start == "26" || start == "2a";
  return groups <= 7 && (groups >= 3 || (is_plain && groups >= 2)) ? run.size() : 0;
}

struct Ipv4 {
  std::array<int, 4> parts{};
  std::size_t length = 0;
};

std::optional<Ipv4> ipv4_at(std::string_view text, std::size_t at) {
  Ipv4 address;
  std::size_t end = at;
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && (end >= text.size() || text[end++] != '.')) return std::nullopt;
    std::size_t digits = run_length(text, end, is_digit, 4);
    auto value = parse_int(text.substr(end, digits));
    if (!value || digits > 3 || *value > 255 || (digits > 1 && text[end] == '0')) return std::nullopt;
    address.parts[static_cast<std::size_t>(i)] = static_cast<int>(*value);
    end += digits;
  }
  bool goes_on = end < text.size() &&
                 (text[end] == '-' || text[end] == '+' || (text[end] == '.' && end + 1 < text.size() && is_word_character(text[end + 1])));
  if (!ends_word(text, end) || goes_on) return std::nullopt;
  address.length = end - at;
  return address;
}

bool context_says_address(std::string_view text, std::size_t at, const Ipv4& address) {
  std::string_view before = text.substr(0, at);
  std::string_view after = text.substr(at + address.length);
  for (std::string_view comparison : {"==", ">=", "<=", "~=", "!=", "<", ">", "-", ".", "+"})
    if (before.ends_with(comparison)) return false;
  if (address.parts[0] > 40) return true;  // no library of this field has such a major version
  bool is_followed = after.size() > 1 && (after[0] == ':' || after[0] == '/') && is_digit(after[1]);
  if (is_followed || before.ends_with("://") || before.ends_with('@')) return true;
  while (!before.empty() && std::string_view(" \t=:'\"([").contains(before.back())) before.remove_suffix(1);
  std::size_t begin = before.size();
  while (begin > 0 && is_word_character(before[begin - 1]) && before.size() - begin < 64) --begin;
  std::string word = to_lower(before.substr(begin));
  for (std::string_view known : {"inet", "ip", "to", "from", "connect", "peer", "gateway", "via", "nameserver", "listening", "at"})
    if (word == known) return true;
  for (std::string_view part : {"addr", "address", "host", "server", "proxy", "_ip", "endpoint"})
    if (word.ends_with(part)) return true;
  return false;
}

}  // namespace

bool is_word_character(char c) { return is_digit(c) || is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool begins_word(std::string_view text, std::size_t at) { return at == 0 || !is_word_character(text[at - 1]); }
bool ends_word(std::string_view text, std::size_t end) { return end >= text.size() || !is_word_character(text[end]); }

std::optional<Spotted> spot_secret(std::string_view text, std::size_t at) {
  if (auto spotted = spot_url_user(text, at)) return spotted;
  if (auto spotted = spot_labelled(text, at)) return spotted;
  if (std::size_t length = shaped_token_length(text, at)) return Spotted{"secret", length};
  return spot_email(text, at);
}

std::optional<Spotted> spot_address(std::string_view text, std::size_t at) {
  bool is_inside_groups = at > 1 && text[at - 1] == ':' && is_hex(text[at - 2]);
  std::size_t mac = is_inside_groups ? 0 : mac_length(text, at);
  if (mac > 0) return Spotted{"mac", mac};
  std::size_t ipv6 = is_inside_groups ? 0 : ipv6_length(text, at);
  if (ipv6 > 0) return Spotted{"address", ipv6};
  auto address = ipv4_at(text, at);
  if (!address) return std::nullopt;
  const auto& parts = address->parts;
  if (parts[0] == 127 || parts == std::array{0, 0, 0, 0} || parts == std::array{255, 255, 255, 255}) return std::nullopt;
  if (!context_says_address(text, at, *address)) return std::nullopt;
  return Spotted{"address", address->length};
}

}  // namespace gpuwhy
