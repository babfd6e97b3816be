// Lists of folders as ld.so reads them, and the tokens in them. Used for DT_RPATH, DT_RUNPATH and LD_LIBRARY_PATH alike.
// Source: ld.so(8), "Dynamic string tokens", and glibc's elf/dl-load.c (fillin_rpath, _dl_dst_substitute).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy::loader {

// What the tokens stand for: $ORIGIN (folder of the object that holds the list), $LIB, $PLATFORM, each also as ${...}.
struct Tokens {
  std::string origin, lib, platform;
};

// A token must end where a name would: "$LIBRARY" is none. What is no token stays as it is.
std::string expanded(std::string_view text, const Tokens& tokens);

// The folders of a list, in order, each once, without slashes at their end. "" is the current folder (an empty element). An empty list
// has no folder at all.
std::vector<std::string> folders_of(std::string_view list, std::string_view separators, const Tokens& tokens);

// The same as musl reads them: line ends separate too, empty elements are nothing, and there are no tokens in LD_LIBRARY_PATH.
std::vector<std::string> musl_folders_of(std::string_view list);

inline constexpr std::string_view object_separators = ":";     // DT_RPATH, DT_RUNPATH
inline constexpr std::string_view variable_separators = ":;";  // LD_LIBRARY_PATH

}  // namespace gpuwhy::loader
