// How loaders say that a library is not there, or no library: glibc's and musl's, macOS' and Windows', in the languages that they speak.
#pragma once

#include <string_view>

namespace gpuwhy {

// Behind the name: ": cannot open shared object file", " => not found", " is not found or cannot be loaded".
bool says_missing_after(std::string_view lower_tail);
// Before it: "Could not load dynamic library '", "Couldn't open CUDA library ".
bool says_missing_before(std::string_view lower_head);

// What is wrong with a file that is there: "file too short", "invalid ELF header", ...; "" = nothing of the kind. Of a whole line.
std::string_view find_damage(std::string_view lower_line);

bool says_undefined_symbol(std::string_view lower_line, std::size_t& end);  // end: behind the words
bool says_not_found(std::string_view lower_line);                           // of a version of a symbol

}  // namespace gpuwhy
