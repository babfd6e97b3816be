#include "formats/procfs/procfs.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"

namespace gpuwhy::procfs {
namespace {

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// The kernel writes blanks, tabs, line ends and backslashes of a path as \040 and so on.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool escape = text[i] == '\\' && i + 3 < text.size() && text[i + 1] <= '3' && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
                  is_octal(text[i + 3]);
    if (!escape) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  for (std::string_view word : split(text, ' '))
    if (!word.empty()) found.push_back(word);
  return found;
}

// Does the line of /proc/driver/nvidia/version name a version in this field: "570.124.06"?
bool is_driver_version(std::string_view field) {
  std::size_t dot = field.find('.');
  return dot != std::string_view::npos && is_digits(field.substr(0, dot)) && dot + 1 < field.size() &&
         std::ranges::all_of(field, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

}  // namespace

std::vector<Mount> parse_mountinfo(Bytes bytes) {
  std::vector<Mount> mounts;
  for (std::string_view line : lines(bytes)) {
    // 36 35 98:0 /root /mount/point options [optional fields ...] - type source super-options
    std::vector<std::string_view> fields = words(line);
    auto dash = std::find(fields.begin() + std::min<std::size_t>(fields.size(), 6), fields.end(), "-");
    if (fields.size() < 9 || fields.end() - dash < 4) continue;
    mounts.push_back(
        {unescaped(fields[3]), unescaped(fields[4]), std::string(fields[5]), std::string(dash[1]), unescaped(dash[2]), unescaped(dash[3])});
  }
  return mounts;
}

bool has_option(std::string_view options, std::string_view option) {
  return std::ranges::any_of(split(options, ','), [&](std::string_view part) { return part == option; });
}

const Mount* find_mount_of(const std::vector<Mount>& mounts, std::string_view path) {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts) {
    if (path::is_inside(path, mount.mount_point) && (!best || mount.mount_point.size() >= best->mount_point.size())) best = &mount;
  }
  return best;
}

std::vector<std::string> parse_modules(Bytes bytes) {
  std::vector<std::string> names;
  for (std::string_view line : lines(bytes)) {
    std::vector<std::string_view> fields = words(line);
    if (fields.size() >= 2 && is_digits(fields[1])) names.emplace_back(fields[0]);  // the second field is the size
  }
  return names;
}

std::optional<std::map<std::string, std::int64_t>> parse_character_majors(Bytes bytes) {
  std::optional<std::map<std::string, std::int64_t>> majors;
  bool inside = false;
  for (std::string_view line : lines(bytes)) {
    if (line.ends_with("devices:")) {
      inside = line == "Character devices:";
      if (inside && !majors) majors.emplace();
      continue;
    }
    std::vector<std::string_view> fields = words(line);
    if (!inside || fields.size() != 2) continue;
    if (auto major = parse_int(fields[0])) majors->try_emplace(std::string(fields[1]), *major);
  }
  return majors;
}

std::optional<std::string> find_status_field(Bytes bytes, std::string_view name) {
  for (std::string_view line : lines(bytes))
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':')
      return std::string(trim(line.substr(name.size() + 1)));
  return std::nullopt;
}

std::vector<std::string> parse_cgroup_paths(Bytes bytes) {
  std::vector<std::string> paths;
  for (std::string_view line : lines(bytes)) {
    std::size_t first = line.find(':');  // hierarchy:controllers:path, and the path may hold colons
    std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second != std::string_view::npos) paths.emplace_back(line.substr(second + 1));
  }
  return paths;
}

std::vector<std::string> parse_command_line(Bytes bytes) {
  std::vector<std::string> parameters;
  std::string current;
  bool quoted = false;
  for (char c : std::string(bytes) + ' ') {
    if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ' ' || c == '\n' || c == '\t' || c == '\0')) {
      if (!current.empty()) parameters.push_back(current);
      current.clear();
    } else {
      current += c;
    }
  }
  if (!current.empty()) parameters.push_back(current);  // an open quote swallowed the end
  return parameters;
}

std::optional<NvidiaVersion> parse_nvidia_version(Bytes bytes) {
  for (std::string_view line : lines(bytes)) {
    if (!line.starts_with("NVRM version:")) continue;
    for (std::string_view field : words(line))
      if (is_driver_version(field)) return NvidiaVersion{std::string(field), line.contains("Open Kernel Module")};
  }
  return std::nullopt;
}

}  // namespace gpuwhy::procfs
