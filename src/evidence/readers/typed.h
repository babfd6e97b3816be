// What a person typed, told apart from what a program answered: a shell's prompt, Python's, a notebook's "!" and "%", a line that can only
// be a command.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/line.h"

namespace gpuwhy {

struct Typed {
  enum class Where { shell, python, notebook, powershell };
  Where where = Where::shell;
  std::string prompt;  // "root@0123456789ab:/#"; empty where there was none
  std::string text;    // the command, its continued lines joined with a blank
  std::size_t line = 0, last_line = 0;
};

// The command in one line, if it has one. Linear in the length of the line; only its first bytes are looked at for a prompt.
std::optional<Typed> find_typed(std::string_view line);

// All commands of a text, lines that end in a continuation sign joined.
std::vector<Typed> find_all_typed(std::span<const Line> lines);

// Words of a command line; quotes are taken off, at most 200 words.
std::vector<std::string> command_words(std::string_view text);

}  // namespace gpuwhy
