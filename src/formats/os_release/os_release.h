// /etc/os-release: assignments in the manner of a shell. Format: os-release(5).
#pragma once

#include <map>
#include <string>

#include "base/bytes.h"

namespace gpuwhy::os_release {

// The assignments, quotes and backslashes undone; the last one of a name counts, as in a shell. Lines without the form are skipped.
std::map<std::string, std::string> parse_os_release(Bytes bytes);

}  // namespace gpuwhy::os_release
