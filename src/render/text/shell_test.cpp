#include "render/text/shell.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

struct Case {
  const char* claim;
  Command command;
  const char* line;
};

TEST(ShellQuoted, quotes_only_what_needs_it) {
  const Case cases[] = {
      {"plain words", {"sudo", "apt-get", "install", "nvidia-driver-570"}, "sudo apt-get install nvidia-driver-570"},
      {"an extra", {"pip", "install", "tensorflow[and-cuda]==2.20.0"}, "pip install 'tensorflow[and-cuda]==2.20.0'"},
      {"a version",
       {"pip", "install", "torch==2.11.0", "nvidia-cudnn-cu12>=9.3,<10"},
       "pip install torch==2.11.0 'nvidia-cudnn-cu12>=9.3,<10'"},
      {"an empty argument", {"echo", ""}, "echo ''"},
      {"a single quote", {"echo", "it's"}, "echo 'it'\\''s'"},
      {"a variable is not expanded", {"echo", "$HOME `id` \\"}, "echo '$HOME `id` \\'"},
      {"an assignment keeps its name", {"export", "CUDA_VISIBLE_DEVICES=0, 1"}, "export CUDA_VISIBLE_DEVICES='0, 1'"},
      {"an empty value", {"export", "CUDA_VISIBLE_DEVICES="}, "export CUDA_VISIBLE_DEVICES="},
      {"zsh would expand =ls", {"echo", "=ls"}, "echo '='ls"},
      {"a lone =", {"[", "a", "=", "b", "]"}, "'[' a '=' b ']'"},
      {"a tilde inside", {"pip", "install", "torch~=2.11"}, "pip install 'torch~=2.11'"},
      {"another user's home", {"ls", "~bob/x"}, "ls '~bob/x'"},
      {"no command", {}, ""},
  };
  for (const Case& each : cases) EXPECT_EQ(shell_quoted(each.command), each.line) << each.claim;
}

TEST(ShellQuoted, keeps_a_tilde_outside_of_the_quotes) {
  const Case cases[] = {
      {"a plain path", {"/home/ana/venv/bin/python"}, "~/venv/bin/python"},
      {"a path with a blank", {"/home/ana/my venv/bin/python"}, "~/'my venv/bin/python'"},
      {"the home itself", {"cd", "/home/ana"}, "cd ~"},
      {"the home and a slash", {"cd", "/home/ana/"}, "cd ~/"},
      {"a neighbour with the same beginning", {"/home/anastasia/x"}, "/home/anastasia/x"},
      {"a home that was redacted to a tilde", {"~/my venv/bin/python"}, "~/'my venv/bin/python'"},
      {"inside of a value", {"LD_LIBRARY_PATH=~/a b:~/c"}, "LD_LIBRARY_PATH=\"$HOME\"'/a b:'\"$HOME\"/c"},
  };
  for (const Case& each : cases) EXPECT_EQ(shell_quoted(each.command, "/home/ana"), each.line) << each.claim;
}

TEST(ShellQuoted, bytes_that_cannot_be_shown_are_escaped) {
  const Case cases[] = {
      {"an escape sequence", {"a\x1b[31m"}, "$'a\\033[31m'"},
      {"a line feed", {"a\nb'\\"}, "$'a\\012b\\'\\\\'"},
      {"invalid UTF-8",
       {"a\xff"
        "1"},
       "$'a\\3771'"},
      {"a C1 control", {"\xc2\x9b"}, "$'\\302\\233'"},
      {"a mark that turns the direction",
       {"a\xe2\x80\xae"
        "b"},
       "$'a\\342\\200\\256b'"},
      {"good UTF-8 stays", {"/srv/J\xc3\xbcrgen"}, "'/srv/J\xc3\xbcrgen'"},
  };
  for (const Case& each : cases) EXPECT_EQ(shell_quoted(each.command), each.line) << each.claim;
}

}  // namespace
}  // namespace gpuwhy
