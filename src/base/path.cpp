#include "base/path.h"

#include <cstring>
#include <vector>

#include "base/text.h"

namespace gpuwhy::path {

namespace {

// memrchr looks at many bytes at once; rfind at one.
std::size_t last_slash(std::string_view path) {
  const void* at = path.empty() ? nullptr : ::memrchr(path.data(), '/', path.size());
  return at ? static_cast<std::size_t>(static_cast<const char*>(at) - path.data()) : std::string_view::npos;
}

}  // namespace

std::string join(std::string_view folder, std::string_view name) {
  if (name.starts_with('/') || folder.empty()) return std::string(name);
  std::string whole(folder);
  if (!whole.ends_with('/')) whole += '/';
  return whole += name;
}

std::string_view parent(std::string_view path) {
  std::size_t slash = last_slash(path);
  if (slash == std::string_view::npos) return {};
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

std::string_view filename(std::string_view path) {
  std::size_t slash = last_slash(path);
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string normalised(std::string_view path) {
  std::vector<std::string_view> kept;
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !kept.empty() && kept.back() != "..") kept.pop_back();
    else if (part != ".." || !path.starts_with('/')) kept.push_back(part);
  }
  std::string whole;
  for (std::string_view part : kept) {
    if (!whole.empty() || path.starts_with('/')) whole += '/';
    whole += part;
  }
  if (whole.empty()) whole = path.starts_with('/') ? "/" : ".";
  return whole;
}

bool is_inside(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string abbreviated(std::string_view path, std::string_view home) {
  if (home.size() < 2 || !is_inside(path, home)) return std::string(path);
  return "~" + std::string(path.substr(home.size()));
}

}  // namespace gpuwhy::path
