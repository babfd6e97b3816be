#include "render/completion/completion.h"

#include <fmt/format.h>

#include "base/text.h"

namespace gpuwhy {

namespace {

// Between single quotes, for all three shells; fish has its own escapes there.
std::string quoted(std::string_view text, Shell shell) {
  std::string result = "'";
  for (char c : printable(text)) {
    if (shell == Shell::fish && (c == '\'' || c == '\\')) result += std::string("\\") + c;
    else if (c == '\'') result += "'\\''";
    else result += c;
  }
  return result + "'";
}

// A word for the list of values in an option specification of zsh's _arguments.
std::string zsh_help(std::string_view text) {
  std::string result;
  for (char c : printable(text)) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string function_name(std::string_view program) {
  std::string name = "_";
  for (char c : program) name += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
  return name;
}

std::vector<FlagShape> with_global(const CommandLineShape& shape, const std::vector<FlagShape>& own) {
  std::vector<FlagShape> all = own;
  for (const FlagShape& flag : shape.flags) {
    bool is_known = false;
    for (const FlagShape& each : own) is_known = is_known || each.name == flag.name;
    if (!is_known) all.push_back(flag);
  }
  return all;
}

std::string names_of(const std::vector<FlagShape>& flags) {
  std::vector<std::string> names;
  for (const FlagShape& flag : flags) names.push_back(flag.name);
  return join(names, " ");
}

// One arm of bash's `case`: the flags that take a value, and the values they take.
std::string bash_values(const std::vector<FlagShape>& flags, std::string_view indent) {
  std::string arms;
  for (const FlagShape& flag : flags) {
    if (!flag.takes_value) continue;
    if (flag.values.empty())
      arms += fmt::format("{}{}) mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return ;;\n", indent, flag.name);
    else
      arms += fmt::format("{}{}) COMPREPLY=($(compgen -W {} -- \"$current\")); return ;;\n", indent, flag.name,
                          quoted(join(flag.values, " "), Shell::bash));
  }
  return arms;
}

std::string value_flags(const CommandLineShape& shape) {
  std::vector<std::string> names;
  auto add = [&](const std::vector<FlagShape>& flags) {
    for (const FlagShape& flag : flags)
      if (flag.takes_value) names.push_back(flag.name);
  };
  add(shape.flags);
  for (const CommandShape& command : shape.commands) add(command.flags);
  return join(names, "|");
}

std::string bash_script(const CommandLineShape& shape) {
  std::string name = function_name(shape.program);
  std::vector<std::string> command_names;
  for (const CommandShape& command : shape.commands) command_names.push_back(command.name);
  std::string skip = value_flags(shape);
  std::string text = fmt::format("# bash completion of {0}; load it with: source <({0} completion bash)\n", shape.program);
  text +=
      fmt::format("{}() {{\n  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD-1]}}\" command= i\n", name);
  // bash parts "--format=json" into three words.
  text += "  if [[ $current == = ]]; then current=; fi\n";
  text += "  if [[ $previous == = ]]; then previous=\"${COMP_WORDS[COMP_CWORD-2]}\"; fi\n";
  text += "  COMPREPLY=()\n  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"${COMP_WORDS[i]}\" in\n";
  if (!skip.empty()) text += fmt::format("      {}) [[ ${{COMP_WORDS[i+1]}} == = ]] && ((i++)); ((i++)) ;;\n", skip);
  text += "      -*) ;;\n      *) command=\"${COMP_WORDS[i]}\"; break ;;\n    esac\n  done\n  case \"$command\" in\n";
  for (const CommandShape& command : shape.commands) {
    std::vector<FlagShape> flags = with_global(shape, command.flags);
    text += fmt::format("    {})\n      case \"$previous\" in\n{}      esac\n", command.name, bash_values(flags, "        "));
    text += fmt::format("      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W {} -- \"$current\"))\n",
                        quoted(names_of(flags), Shell::bash));
    if (command.arguments.empty()) text += "      else mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); fi ;;\n";
    else
      text += fmt::format("      else COMPREPLY=($(compgen -W {} -- \"$current\")); fi ;;\n",
                          quoted(join(command.arguments, " "), Shell::bash));
  }
  text += fmt::format("    *)\n      case \"$previous\" in\n{}      esac\n", bash_values(shape.flags, "        "));
  text += fmt::format("      COMPREPLY=($(compgen -W {} -- \"$current\")) ;;\n",
                      quoted(trim(join(command_names, " ") + " " + names_of(shape.flags)), Shell::bash));
  text += fmt::format("  esac\n}}\ncomplete -o filenames -F {} {}\n", name, shape.program);
  return text;
}

std::string zsh_flag(const FlagShape& flag) {
  std::string specification = fmt::format("{}[{}]", flag.name, zsh_help(flag.help));
  if (flag.takes_value && flag.values.empty()) specification += ":value:_files";
  else if (flag.takes_value) specification += fmt::format(":value:({})", join(flag.values, " "));
  return quoted(specification, Shell::zsh);
}

std::string zsh_script(const CommandLineShape& shape) {
  std::string name = function_name(shape.program);
  std::string text = fmt::format(
      "#compdef {0}\n# zsh completion of {0}; load it with: source <({0} completion zsh)\n{1}() {{\n  local context state line\n  typeset "
      "-A opt_args\n",
      shape.program, name);
  text += "  _arguments -C \\\n";
  for (const FlagShape& flag : shape.flags) text += fmt::format("    {} \\\n", zsh_flag(flag));
  text += "    '1: :->command' \\\n    '*:: :->rest'\n  case \"$state\" in\n    command)\n      local -a commands=(\n";
  for (const CommandShape& command : shape.commands)
    text += fmt::format("        {}\n", quoted(command.name + ":" + zsh_help(command.help), Shell::zsh));
  text += "      )\n      _describe -t commands command commands ;;\n    rest)\n      case \"${line[1]}\" in\n";
  for (const CommandShape& command : shape.commands) {
    text += fmt::format("        {})\n          _arguments", command.name);
    for (const FlagShape& flag : with_global(shape, command.flags)) text += fmt::format(" \\\n            {}", zsh_flag(flag));
    std::string argument = command.arguments.empty() ? "*:file:_files" : fmt::format("1:argument:({})", join(command.arguments, " "));
    text += fmt::format(" \\\n            {} ;;\n", quoted(argument, Shell::zsh));
  }
  text += fmt::format("      esac ;;\n  esac\n}}\nif [ \"$funcstack[1]\" = \"{0}\" ]; then {0} \"$@\"; else compdef {0} {1}; fi\n", name,
                      shape.program);
  return text;
}

std::string fish_flag(const std::string& program, const std::string& condition, const FlagShape& flag) {
  std::string text = fmt::format("complete -c {}", program);
  if (!condition.empty()) text += fmt::format(" -n {}", quoted(condition, Shell::fish));
  bool is_long = flag.name.starts_with("--");
  text += fmt::format(" {} {}", is_long ? "-l" : "-s", flag.name.substr(is_long ? 2 : 1));
  if (flag.takes_value) text += flag.values.empty() ? " -r -F" : fmt::format(" -x -a {}", quoted(join(flag.values, " "), Shell::fish));
  return text + fmt::format(" -d {}\n", quoted(flag.help, Shell::fish));
}

std::string fish_script(const CommandLineShape& shape) {
  std::string text = fmt::format("# fish completion of {0}; load it with: {0} completion fish | source\n", shape.program);
  for (const FlagShape& flag : shape.flags) text += fish_flag(shape.program, "", flag);
  for (const CommandShape& command : shape.commands)
    text += fmt::format("complete -c {} -n __fish_use_subcommand -f -a {} -d {}\n", shape.program, command.name,
                        quoted(command.help, Shell::fish));
  for (const CommandShape& command : shape.commands) {
    std::string condition = "__fish_seen_subcommand_from " + command.name;
    for (const FlagShape& flag : command.flags) text += fish_flag(shape.program, condition, flag);
    if (!command.arguments.empty())
      text += fmt::format("complete -c {} -n {} -f -a {}\n", shape.program, quoted(condition, Shell::fish),
                          quoted(join(command.arguments, " "), Shell::fish));
  }
  return text;
}

}  // namespace

std::optional<Shell> parse_shell(std::string_view name) {
  if (name == "bash") return Shell::bash;
  if (name == "zsh") return Shell::zsh;
  if (name == "fish") return Shell::fish;
  return std::nullopt;
}

std::string render_completion(const CommandLineShape& shape, Shell shell) {
  if (shell == Shell::bash) return bash_script(shape);
  if (shell == Shell::zsh) return zsh_script(shape);
  return fish_script(shape);
}

}  // namespace gpuwhy
