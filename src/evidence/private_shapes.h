// What is private by its shape or by the word before it, in text that people paste: tokens, passwords, addresses, serial numbers. One place
// of a text at a time; evidence/scrub.h gives out the aliases.
#pragma once

#include <cstddef>
#include <string_view>

namespace gpuwhy {

struct PrivatePart {
  std::string_view kind;  // secret, email, address, mac, serial, uuid; "" = nothing private begins here
  std::size_t length = 0;
};

// `at` begins a word.
PrivatePart private_part_at(std::string_view text, std::size_t at);

bool is_word_byte(char c);  // letters, digits, '_', bytes beyond ASCII

}  // namespace gpuwhy
