// A command as a person would type it.
#pragma once

#include <string>
#include <string_view>

#include "model/finding.h"

namespace gpuwhy {

// Quoted for a POSIX shell, only where needed. A path inside `home` (or one that already begins with "~/") keeps an unquoted tilde, so
// that the line stays right when pasted: ~/'my venv'/bin/python. Bytes that cannot be shown are written as $'\033' (POSIX.1-2024; bash,
// zsh, ksh and busybox know it), so the result is always one harmless line of valid UTF-8.
std::string shell_quoted(const Command& command, std::string_view home = {});

}  // namespace gpuwhy
