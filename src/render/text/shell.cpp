#include "render/text/shell.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/path.h"
#include "render/text/unicode.h"

namespace gpuwhy {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_character(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }
// Characters without a meaning of their own to sh, bash, zsh or fish, anywhere but at the front of a word.
bool is_plain(char c) { return is_name_character(c) || std::string_view("@%+=:,./-").find(c) != std::string_view::npos; }

// The length of the part at the front of `text` that can be shown as it is; 0 when its first byte must be escaped.
std::size_t showable_length(std::string_view text) {
  render::CodePoint point = render::first_code_point(text);
  bool control = point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0);
  return control || render::is_direction_mark(point.value) ? 0 : point.length;
}

bool needs_escapes(std::string_view text) {
  while (!text.empty()) {
    std::size_t length = showable_length(text);
    if (length == 0) return true;
    text.remove_prefix(length);
  }
  return false;
}

std::string escaped(std::string_view text) {
  std::string quoted = "$'";
  while (!text.empty()) {
    std::size_t length = showable_length(text);
    if (length == 0) quoted += fmt::format("\\{:03o}", static_cast<unsigned char>(text[0]));
    else if (text[0] == '\'' || text[0] == '\\') quoted += std::string("\\") + text[0];
    else quoted += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return quoted + "'";
}

// One piece of a word, without any tilde to be expanded.
std::string quoted_piece(std::string_view text) {
  if (needs_escapes(text)) return escaped(text);
  if (std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') quoted += "'\\''";
    else quoted += c;
  }
  return quoted + "'";
}

// "~" as the home folder: alone or before a slash.
bool is_home_at(std::string_view word, std::size_t at) { return word[at] == '~' && (at + 1 == word.size() || word[at + 1] == '/'); }

// The length of "NAME=" at the front of a word, 0 when there is none: quoting the name too would make an assignment into a command.
std::size_t assignment_length(std::string_view word) {
  std::size_t length = 0;
  while (length < word.size() && is_name_character(word[length])) ++length;
  bool is_name = length > 0 && !(word[0] >= '0' && word[0] <= '9');
  bool assigns = is_name && length < word.size() && word[length] == '=' && !(length + 1 < word.size() && word[length + 1] == '=');
  return assigns ? length + 1 : 0;
}

std::string quoted_word(std::string_view argument, std::string_view home) {
  if (argument.empty()) return "''";
  std::string word = path::abbreviated(argument, home);
  std::string quoted;
  std::string_view rest = word;
  if (is_home_at(rest, 0)) {
    std::size_t kept = rest.size() == 1 ? 1 : 2;
    quoted = rest.substr(0, kept);
    rest.remove_prefix(kept);
    if (rest.empty()) return quoted;
  } else if (std::size_t name = assignment_length(rest)) {
    quoted = rest.substr(0, name);
    rest.remove_prefix(name);
    if (rest.empty()) return quoted;
  } else if (rest[0] == '=') {
    return "'='" + (rest.size() > 1 ? quoted_piece(rest.substr(1)) : "");  // zsh expands =name at the front of a word
  }
  // A home folder inside of a value (PATH-like lists): no shell expands it there when quoted, and few when not.
  std::size_t start = 0;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    bool begins = at == 0 ? !quoted.empty() && quoted.back() == '=' : rest[at - 1] == '=' || rest[at - 1] == ':';
    if (!begins || !is_home_at(rest, at)) continue;
    if (at > start) quoted += quoted_piece(rest.substr(start, at - start));
    quoted += "\"$HOME\"";
    start = at + 1;
  }
  if (start < rest.size()) quoted += quoted_piece(rest.substr(start));
  return quoted;
}

}  // namespace

std::string shell_quoted(const Command& command, std::string_view home) {
  // A line that needs the shell is typed as it stands; what it holds of unusual bytes keeps it quoted.
  bool whole_line = command.size() == 3 && command[0] == "sh" && command[1] == "-c";
  if (whole_line && std::ranges::all_of(command[2], [](char c) { return c >= ' ' && c <= '~'; })) return command[2];
  std::string line;
  for (const std::string& argument : command) {
    if (!line.empty()) line += ' ';
    line += quoted_word(argument, home);
  }
  return line;
}

}  // namespace gpuwhy
