#include "evidence/private_shapes.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_secret = 4096;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::size_t length_of(std::string_view text, std::size_t at, bool (*belongs)(char), std::size_t most = longest_secret) {
  std::size_t end = at;
  while (end < text.size() && end - at < most && belongs(text[end])) ++end;
  return end - at;
}

bool is_of_token(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }

// How the providers mark their tokens; what follows must be long and hold a digit ("sk-learn-contrib" does not).
std::size_t marked_token(std::string_view text, std::size_t at) {
  constexpr std::size_t shortest = 16;
  for (std::string_view mark : {"hf_",  "sk-",    "ghp_",  "gho_",  "ghs_", "ghu_",      "github_pat_", "glpat-", "AKIA",      "ASIA",
                                "AIza", "nvapi-", "xoxb-", "xoxp-", "npm_", "dckr_pat_", "gsk_",        "pypi-",  "wandb_v1_", "eyJ"}) {
    if (!text.substr(at).starts_with(mark)) continue;
    std::size_t rest = length_of(text, at + mark.size(), mark == "eyJ" ? [](char c) { return is_of_token(c) || c == '.'; } : is_of_token);
    std::string_view token = text.substr(at + mark.size(), rest);
    if (rest >= shortest && std::ranges::any_of(token, is_digit)) return mark.size() + rest;
  }
  return 0;
}

// The name before "=" or ":" or behind "--", lower case: "hf_token", "serial number".
std::string label_before(std::string_view text, std::size_t at) {
  constexpr std::size_t furthest = 60;
  std::string_view left = text.substr(at > furthest ? at - furthest : 0, std::min(at, furthest));
  std::size_t end = left.find_last_not_of(" \t\"'");
  if (end == std::string_view::npos) return "";
  std::string lower = to_lower(left.substr(0, end + 1));
  bool is_set = lower.ends_with('=') || lower.ends_with(':');
  while (!lower.empty() && (lower.back() == '=' || lower.back() == ':' || lower.back() == ' ' || lower.back() == '"' ||
                            lower.back() == '\'' || lower.back() == '\t'))
    lower.pop_back();
  std::size_t begin = lower.find_last_of(" \t,;{(\"'&?");
  std::string word = lower.substr(begin == std::string::npos ? 0 : begin + 1);
  if (word == "bearer" || (word.starts_with("--") && word.size() > 2)) return word;
  if (word == "number" && lower.ends_with("serial number")) return "serial number";
  return is_set ? word : "";
}

PrivatePart labelled_part(std::string_view text, std::size_t at) {
  std::string label = label_before(text, at);
  if (label.empty()) return {};
  std::size_t length =
      length_of(text, at, [](char c) { return static_cast<unsigned char>(c) > ' ' && !std::string_view("\"',;&)]}").contains(c); });
  std::string_view value = text.substr(at, length);
  std::string lower = to_lower(value);
  bool is_placeholder = value.empty() || std::string_view("$<*").contains(value.front()) || lower == "none" || lower == "null" ||
                        lower == "true" || lower == "false";
  if (is_placeholder) return {};
  bool has_digit = std::ranges::any_of(value, is_digit);
  if ((label == "serial number" || label.ends_with("serial")) && has_digit && value.size() >= 4) return {"serial", length};
  for (std::string_view word : {"password", "passwd", "passphrase"})
    if (label.ends_with(word)) return {"secret", length};
  constexpr std::size_t shortest = 8;
  if (value.size() < shortest || (!has_digit && label != "bearer") || value.front() == '/') return {};
  for (std::string_view word :
       {"bearer", "token", "secret", "apikey", "api_key", "api-key", "access_key", "access-key", "secret_key", "auth"})
    if (label == word || label.ends_with(word)) return {"secret", length};
  return {};
}

// "https://name:password@host": what stands before the '@'.
std::size_t url_credentials(std::string_view text, std::size_t at) {
  if (!text.substr(0, at).ends_with("://")) return 0;
  std::size_t length =
      length_of(text, at, [](char c) { return static_cast<unsigned char>(c) > ' ' && !std::string_view("/@\"'<>?#").contains(c); });
  bool ends = at + length < text.size() && text[at + length] == '@';
  return ends && text.substr(at, length) != "git" ? length : 0;
}

std::size_t email(std::string_view text, std::size_t at) {
  std::size_t local = length_of(
      text, at, [](char c) { return is_of_token(c) || c == '.' || c == '+'; }, 65);
  if (local == 0 || local > 64 || at + local >= text.size() || text[at + local] != '@' || text.substr(at, local) == "git") return 0;
  std::size_t begin = at + local + 1;
  std::string_view domain = text.substr(begin, length_of(
                                                   text, begin, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; }, 255));
  while (domain.ends_with('.') || domain.ends_with('-')) domain.remove_suffix(1);
  std::size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return 0;
  std::string_view top = domain.substr(dot + 1);
  bool is_top = top.size() >= 2 && std::ranges::none_of(top, is_digit) && top != "service";
  // "user@host.domain:~$" is a prompt, and scrub.cpp knows its parts.
  bool is_prompt = begin + domain.size() < text.size() && text[begin + domain.size()] == ':' && begin + domain.size() + 1 < text.size() &&
                   std::string_view("~/").contains(text[begin + domain.size() + 1]);
  return is_top && !is_prompt ? local + 1 + domain.size() : 0;
}

std::size_t mac_address(std::string_view text, std::size_t at) {
  constexpr std::size_t length = 17;  // six bytes
  if (text.size() - at < length) return 0;
  for (std::size_t i = 0; i < length; ++i)
    if (i % 3 == 2 ? text[at + i] != ':' && text[at + i] != '-' : !is_hex_digit(text[at + i])) return 0;
  bool ends = at + length == text.size() || (!is_word_byte(text[at + length]) && text[at + length] != ':');
  return ends ? length : 0;
}

// Library versions have four numbers too (cuFFT 11.2.1.3), but begin with a small one: those need a word that speaks for an address.
std::size_t ipv4_address(std::string_view text, std::size_t at) {
  std::size_t length = length_of(
      text, at, [](char c) { return is_digit(c) || c == '.'; }, 16);
  std::string_view run = text.substr(at, length);
  if (run.ends_with('.')) run.remove_suffix(1);
  std::vector<std::string_view> parts = split(run, '.');
  if (parts.size() != 4) return 0;
  for (std::string_view part : parts)
    if (!is_digits(part) || part.size() > 3 || *parse_int(part) > 255 || (part.size() > 1 && part.front() == '0')) return 0;
  if (run == "0.0.0.0" || run.starts_with("127.") || run.starts_with("255.")) return 0;
  std::size_t end = at + run.size();
  if (end < text.size() && (is_word_byte(text[end]) || text[end] == '-')) return 0;
  std::string left = to_lower(text.substr(at > 24 ? at - 24 : 0, std::min<std::size_t>(at, 24)));
  if (left.ends_with("==") || left.ends_with("v")) return 0;
  constexpr int highest_version = 20;
  if (*parse_int(parts[0]) > highest_version) return run.size();
  bool has_port = end + 1 < text.size() && (text[end] == ':' || text[end] == '/') && is_digit(text[end + 1]);
  bool is_named = std::ranges::any_of(std::initializer_list<std::string_view>{"://", "@", "addr", " ip", "ip=", "ip:", "inet ", "host",
                                                                              "tcp", "from ", "peer", "ip-", "node"},
                                      [&](std::string_view word) { return left.contains(word); });
  return has_port || is_named ? run.size() : 0;
}

std::size_t ipv6_address(std::string_view text, std::size_t at) {
  std::string_view run = text.substr(at, length_of(
                                             text, at, [](char c) { return is_hex_digit(c) || c == ':'; }, 40));
  while (run.ends_with(':') && !run.ends_with("::")) run.remove_suffix(1);
  std::size_t end = at + run.size(), groups = 0, gaps = 0;
  if (end < text.size() && is_word_byte(text[end])) return 0;
  for (std::string_view group : split(run, ':')) {
    if (group.size() > 4) return 0;
    group.empty() ? ++gaps : ++groups;
  }
  constexpr std::size_t whole = 8;
  if (!run.contains("::")) return groups == whole && gaps == 0 ? run.size() : 0;
  return groups >= 3 && groups < whole && run.size() > 6 ? run.size() : 0;
}

// The digits behind "GPU-" or "MIG-".
std::size_t card_uuid(std::string_view text, std::size_t at) {
  std::string_view left = text.substr(0, at);
  if (!left.ends_with("GPU-") && !left.ends_with("MIG-")) return 0;
  std::size_t length = length_of(
      text, at, [](char c) { return is_hex_digit(c) || c == '-'; }, 36);
  return length >= 8 ? length : 0;
}

}  // namespace

bool is_word_byte(char c) { return is_alphanumeric(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

PrivatePart private_part_at(std::string_view text, std::size_t at) {
  if (std::size_t length = marked_token(text, at)) return {"secret", length};
  if (std::size_t length = url_credentials(text, at)) return {"secret", length};
  if (std::size_t length = card_uuid(text, at)) return {"uuid", length};
  if (PrivatePart part = labelled_part(text, at); part.length > 0) return part;
  if (std::size_t length = email(text, at)) return {"email", length};
  if (std::size_t length = mac_address(text, at)) return {"mac", length};
  if (std::size_t length = ipv4_address(text, at)) return {"address", length};
  if (std::size_t length = ipv6_address(text, at)) return {"address", length};
  return {};
}

}  // namespace gpuwhy
