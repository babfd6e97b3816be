#include "loader/search_path.h"

#include <algorithm>
#include <unordered_set>

namespace gpuwhy::loader {
namespace {

bool continues_name(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

// The length of the token `name` at the start of `text` (behind the '$'), or 0.
std::size_t token_length(std::string_view text, std::string_view name) {
  bool braces = text.starts_with('{');
  if (braces) text.remove_prefix(1);
  if (!text.starts_with(name)) return 0;
  text.remove_prefix(name.size());
  if (braces) return text.starts_with('}') ? name.size() + 2 : 0;
  return !text.empty() && continues_name(text.front()) ? 0 : name.size();
}

}  // namespace

std::string expanded(std::string_view text, const Tokens& tokens) {
  std::string out;
  while (!text.empty()) {
    std::size_t dollar = std::min(text.find('$'), text.size());
    out += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (std::size_t length = token_length(text, "ORIGIN"); length != 0) {
      out += tokens.origin;
      text.remove_prefix(length);
    } else if (length = token_length(text, "PLATFORM"); length != 0) {
      out += tokens.platform;
      text.remove_prefix(length);
    } else if (length = token_length(text, "LIB"); length != 0) {
      out += tokens.lib;
      text.remove_prefix(length);
    } else {
      out += '$';
    }
  }
  return out;
}

std::vector<std::string> folders_of(std::string_view list, std::string_view separators, const Tokens& tokens) {
  std::vector<std::string> folders;
  std::unordered_set<std::string> seen;  // TensorFlow's list has hundreds of elements
  if (list.empty()) return folders;
  while (true) {
    std::size_t end = std::min(list.find_first_of(separators), list.size());
    std::string folder = expanded(list.substr(0, end), tokens);
    while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
    // Only an element that was empty from the start is the current folder; one that became empty by its tokens is dropped.
    bool wanted = !folder.empty() || end == 0;
    if (wanted && seen.insert(folder).second) folders.push_back(std::move(folder));
    if (end == list.size()) return folders;
    list.remove_prefix(end + 1);
  }
}

std::vector<std::string> musl_folders_of(std::string_view list) {
  std::vector<std::string> folders;
  while (!list.empty()) {
    std::size_t end = std::min(list.find_first_of(":\n"), list.size());
    std::string folder(list.substr(0, end));
    while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
    if (!folder.empty()) folders.push_back(std::move(folder));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return folders;
}

}  // namespace gpuwhy::loader
