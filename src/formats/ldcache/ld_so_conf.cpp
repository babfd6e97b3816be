#include "formats/ldcache/ld_so_conf.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy::ldcache {
namespace {

// The folder lines of ldconfig may name several folders, separated by any of these.
constexpr std::string_view folder_separators = " \t:,";

void add_folders(std::vector<ConfLine>& out, std::string_view line) {
  while (!line.empty()) {
    std::size_t end = std::min(line.find_first_of(folder_separators), line.size());
    std::string_view folder = line.substr(0, end);
    folder = folder.substr(0, folder.find('='));
    while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
    if (!folder.empty()) out.push_back({false, std::string(folder)});
    line.remove_prefix(std::min(end + 1, line.size()));
  }
}

}  // namespace

std::vector<ConfLine> parse_ld_so_conf(std::string_view text) {
  std::vector<ConfLine> out;
  for (std::string_view line : lines(text)) {
    line = trim(line.substr(0, line.find('#')));
    auto begins_with_word = [&](std::string_view word) {
      return line.starts_with(word) && line.size() > word.size() && (line[word.size()] == ' ' || line[word.size()] == '\t');
    };
    if (begins_with_word("hwcap")) continue;
    if (!begins_with_word("include")) {
      add_folders(out, line);
      continue;
    }
    for (std::string_view rest = trim(line.substr(7)); !rest.empty();) {
      std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
      out.push_back({true, std::string(rest.substr(0, end))});
      rest = trim(rest.substr(end));
    }
  }
  return out;
}

bool matches_pattern(std::string_view name, std::string_view pattern) {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  // The last '*' takes one character more whenever what follows it does not fit: linear memory, no recursion.
  std::size_t n = 0, p = 0, star = std::string_view::npos, taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace gpuwhy::ldcache
