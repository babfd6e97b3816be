// What looks like a secret or an address, by its own shape or by the words before it. Pure look-ups at one position of a text.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

namespace gpuwhy {

struct Spotted {
  std::string_view kind;  // "secret", "serial", "email", "mac", "address"
  std::size_t length = 0;
};

// Tokens by their shape (ghp_..., hf_..., sk-..., AKIA..., JWT), values of TOKEN=, KEY=, PASSWORD= and the like, serial numbers, user and
// password of a URL, e-mail addresses. `at` must not be inside a word.
std::optional<Spotted> spot_secret(std::string_view text, std::size_t at);

// MAC, IPv4 and IPv6 addresses. Library versions look like IPv4 addresses (cuRAND 10.3.2.106), so a low first number needs a word or a port
// that speaks for an address. Loopback and the all-zero address tell nothing and are left alone.
std::optional<Spotted> spot_address(std::string_view text, std::size_t at);

bool is_word_character(char c);  // letters, digits, '_' and all bytes beyond ASCII

// The character before `at` is not part of a word.
bool begins_word(std::string_view text, std::size_t at);
bool ends_word(std::string_view text, std::size_t end);

}  // namespace gpuwhy
