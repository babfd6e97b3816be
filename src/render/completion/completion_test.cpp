#include "render/completion/completion.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

CommandLineShape sample() {
  CommandLineShape shape;
  shape.flags = {{"--color", "when to colour", true, {"auto", "always", "never"}},
                 {"-v", "more [details]: it's all", false, {}},
                 {"--version", "the version", false, {}}};
  shape.commands = {{"check",
                     "will each framework see the GPU",
                     {{"--format", "text or json", true, {"text", "json"}}, {"--snapshot", "a saved machine", true, {}}},
                     {}},
                    {"completion", "a script for a shell", {}, {"bash", "zsh", "fish"}}};
  return shape;
}

// clang-format off
TEST(Completion, bash_knows_commands_flags_and_values) {
  EXPECT_EQ(render_completion(sample(), Shell::bash), R"sh(# bash completion of gpuwhy; load it with: source <(gpuwhy completion bash)
_gpuwhy() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command= i
  if [[ $current == = ]]; then current=; fi
  if [[ $previous == = ]]; then previous="${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${COMP_WORDS[i]}" in
      --color|--format|--snapshot) [[ ${COMP_WORDS[i+1]} == = ]] && ((i++)); ((i++)) ;;
      -*) ;;
      *) command="${COMP_WORDS[i]}"; break ;;
    esac
  done
  case "$command" in
    check)
      case "$previous" in
        --format) COMPREPLY=($(compgen -W 'text json' -- "$current")); return ;;
        --snapshot) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
      esac
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--format --snapshot --color -v --version' -- "$current"))
      else mapfile -t COMPREPLY < <(compgen -f -- "$current"); fi ;;
    completion)
      case "$previous" in
        --color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
      esac
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '--color -v --version' -- "$current"))
      else COMPREPLY=($(compgen -W 'bash zsh fish' -- "$current")); fi ;;
    *)
      case "$previous" in
        --color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
      esac
      COMPREPLY=($(compgen -W 'check completion --color -v --version' -- "$current")) ;;
  esac
}
complete -o filenames -F _gpuwhy gpuwhy
)sh");
}

TEST(Completion, zsh_knows_commands_flags_and_values) {
  EXPECT_EQ(render_completion(sample(), Shell::zsh), R"sh(#compdef gpuwhy
# zsh completion of gpuwhy; load it with: source <(gpuwhy completion zsh)
_gpuwhy() {
  local context state line
  typeset -A opt_args
  _arguments -C \
    '--color[when to colour]:value:(auto always never)' \
    '-v[more \[details\]\: it'\''s all]' \
    '--version[the version]' \
    '1: :->command' \
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
        'check:will each framework see the GPU'
        'completion:a script for a shell'
      )
      _describe -t commands command commands ;;
    rest)
      case "${line[1]}" in
        check)
          _arguments \
            '--format[text or json]:value:(text json)' \
            '--snapshot[a saved machine]:value:_files' \
            '--color[when to colour]:value:(auto always never)' \
            '-v[more \[details\]\: it'\''s all]' \
            '--version[the version]' \
            '*:file:_files' ;;
        completion)
          _arguments \
            '--color[when to colour]:value:(auto always never)' \
            '-v[more \[details\]\: it'\''s all]' \
            '--version[the version]' \
            '1:argument:(bash zsh fish)' ;;
      esac ;;
  esac
}
if [ "$funcstack[1]" = "_gpuwhy" ]; then _gpuwhy "$@"; else compdef _gpuwhy gpuwhy; fi
)sh");
}

TEST(Completion, fish_knows_commands_flags_and_values) {
  EXPECT_EQ(render_completion(sample(), Shell::fish), R"sh(# fish completion of gpuwhy; load it with: gpuwhy completion fish | source
complete -c gpuwhy -l color -x -a 'auto always never' -d 'when to colour'
complete -c gpuwhy -s v -d 'more [details]: it\'s all'
complete -c gpuwhy -l version -d 'the version'
complete -c gpuwhy -n __fish_use_subcommand -f -a check -d 'will each framework see the GPU'
complete -c gpuwhy -n __fish_use_subcommand -f -a completion -d 'a script for a shell'
complete -c gpuwhy -n '__fish_seen_subcommand_from check' -l format -x -a 'text json' -d 'text or json'
complete -c gpuwhy -n '__fish_seen_subcommand_from check' -l snapshot -r -F -d 'a saved machine'
complete -c gpuwhy -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'
)sh");
}
// clang-format on

TEST(Completion, only_known_shells_are_parsed) {
  EXPECT_EQ(parse_shell("zsh"), Shell::zsh);
  EXPECT_EQ(parse_shell("tcsh"), std::nullopt);
  EXPECT_EQ(parse_shell(""), std::nullopt);
}

}  // namespace
}  // namespace gpuwhy
