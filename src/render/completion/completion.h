// Completion scripts for shells, from one table of what the command line knows (the caller fills it from its own parser).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy {

struct FlagShape {
  std::string name;  // as typed: "--format", "-v"
  std::string help;
  bool takes_value = false;
  std::vector<std::string> values;  // the words that it accepts, when they are few; empty = anything, completed as a file name
};

struct CommandShape {
  std::string name;
  std::string help;
  std::vector<FlagShape> flags;
  std::vector<std::string> arguments;  // words for its first argument ("bash", "zsh"); empty = file names
};

struct CommandLineShape {
  std::string program = "gpuwhy";
  std::vector<FlagShape> flags;  // understood before and after every command
  std::vector<CommandShape> commands;
};

enum class Shell { bash, zsh, fish };

std::optional<Shell> parse_shell(std::string_view name);
std::string render_completion(const CommandLineShape& shape, Shell shell);

}  // namespace gpuwhy
