// /etc/ld.so.conf: the folders that ldconfig visits. Source: ldconfig(8) and glibc's elf/ldconfig.c (parse_conf).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy::ldcache {

struct ConfLine {
  bool is_include = false;
  std::string text;  // a folder, or the pattern of files to include, relative to the folder of this file unless it begins with '/'

  bool operator==(const ConfLine&) const = default;
};

// In order. Comments, empty lines and "hwcap" lines (obsolete) are left out, as is the type in "folder=libc6".
std::vector<ConfLine> parse_ld_so_conf(std::string_view text);

// Whether a file name matches a pattern of '*', '?' and plain characters; a leading dot is matched only by a dot.
bool matches_pattern(std::string_view name, std::string_view pattern);

}  // namespace gpuwhy::ldcache
