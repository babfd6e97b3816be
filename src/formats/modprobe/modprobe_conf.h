// Files of modprobe.d. Format: modprobe.d(5). In module names '-' and '_' mean the same; here it is always '_'.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::modprobe {

struct Directive {
  std::string command;    // "blacklist", "install", "alias", "options", ...
  std::string module;     // what it is about: for an alias, the alias
  std::string arguments;  // the rest of the line, blanks at its ends removed
  bool operator==(const Directive&) const = default;
};

// Comments dropped, lines continued by a backslash joined.
std::vector<Directive> parse_modprobe_conf(Bytes bytes);

// Keeps the module from being loaded by itself or at all: `blacklist M`, `install M /bin/false`, `alias M off`.
bool keeps_out(const Directive& directive, std::string_view module);

std::string module_name(std::string_view text);

}  // namespace gpuwhy::modprobe
