#include "formats/dist_info/dist_info.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "formats/python_source/json_light.h"

namespace gpuwhy::dist_info {

namespace {

constexpr std::size_t most_requirements = 2000;
constexpr std::size_t longest_line = 4096;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool is_clean(std::string_view text) {
  return !text.empty() && text.size() <= 200 &&
         std::ranges::all_of(text, [](char c) { return is_name_character(c) || c == '+' || c == '!' || c == '~'; });
}

// "name-version" split at the first '-', as PEP 427 writes it: '-' within the name is escaped to '_'. Old egg-info names may hold more.
std::optional<EntryName> split_name(std::string_view stem, EntryKind kind) {
  if (!is_clean(stem)) return std::nullopt;
  EntryName entry;
  entry.kind = kind;
  std::size_t dash = stem.find('-');
  while (dash != std::string_view::npos && dash + 1 < stem.size() && !(stem[dash + 1] >= '0' && stem[dash + 1] <= '9'))
    dash = stem.find('-', dash + 1);
  entry.name = normalised_package_name(stem.substr(0, dash));
  if (dash != std::string_view::npos) {
    std::string_view version = stem.substr(dash + 1);
    if (kind == EntryKind::egg_info) version = version.substr(0, version.find("-py"));
    entry.version = std::string(version);
  }
  if (entry.name.empty()) return std::nullopt;
  return entry;
}

}  // namespace

std::optional<EntryName> parse_entry_name(std::string_view file_name) {
  if (file_name.ends_with(".dist-info")) return split_name(file_name.substr(0, file_name.size() - 10), EntryKind::dist_info);
  if (file_name.ends_with(".egg-info")) return split_name(file_name.substr(0, file_name.size() - 9), EntryKind::egg_info);
  return std::nullopt;
}

std::optional<EntryName> parse_conda_entry_name(std::string_view file_name) {
  if (!file_name.ends_with(".json")) return std::nullopt;
  std::string_view stem = file_name.substr(0, file_name.size() - 5);
  std::size_t build = stem.rfind('-');
  if (build == std::string_view::npos || build == 0) return std::nullopt;
  std::size_t version = stem.rfind('-', build - 1);
  if (version == std::string_view::npos || version == 0 || !is_clean(stem.substr(0, build))) return std::nullopt;
  return EntryName{normalised_package_name(stem.substr(0, version)), std::string(stem.substr(version + 1, build - version - 1)),
                   std::string(stem.substr(build + 1)), EntryKind::conda_meta};
}

CoreMetadata parse_core_metadata(Bytes bytes, bool whole) {
  CoreMetadata metadata;
  std::size_t at = 0;
  while (at < bytes.size()) {
    std::size_t end = bytes.find('\n', at);
    if (end == std::string_view::npos && !whole) return metadata;  // a line that may be cut is no line
    std::string_view line = bytes.substr(at, end == std::string_view::npos ? end : end - at);
    at = end == std::string_view::npos ? bytes.size() : end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      metadata.headers_complete = true;
      return metadata;
    }
    if (line.front() == ' ' || line.front() == '\t' || line.size() > longest_line) continue;  // a folded header: none of ours is
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string key = to_lower(line.substr(0, colon));
    std::string value(trim(line.substr(colon + 1)));
    if (key == "name" && metadata.name.empty()) metadata.name = value;
    else if (key == "version" && metadata.version.empty()) metadata.version = value;
    else if (key == "requires-python" && metadata.requires_python.empty()) metadata.requires_python = value;
    else if (key == "requires-dist" && metadata.requires_dist.size() < most_requirements) metadata.requires_dist.push_back(value);
    else if (key == "provides-extra" && metadata.provides_extra.size() < most_requirements) metadata.provides_extra.push_back(value);
  }
  metadata.headers_complete = whole && !bytes.empty();
  return metadata;
}

std::string requirement_name(std::string_view requirement) {
  requirement = trim(requirement);
  std::size_t end = 0;
  while (end < requirement.size() && is_name_character(requirement[end])) ++end;
  return normalised_package_name(requirement.substr(0, end));
}

std::string requirement_pin(std::string_view requirement) {
  requirement = requirement.substr(0, requirement.find(';'));
  std::size_t at = requirement.find("==");
  if (at == std::string_view::npos || (at > 0 && requirement.substr(at - 1, 1).find_first_of("=!<>~") != std::string_view::npos)) return {};
  std::string_view version = trim(requirement.substr(at + 2));
  version = version.substr(0, version.find_first_of(",) \t"));
  if (version.empty() || version.find('*') != std::string_view::npos || version.front() == '=' || !is_clean(version)) return {};
  return std::string(version);
}

std::string parse_installer(Bytes bytes) {
  std::string_view word = trim(bytes.substr(0, bytes.find('\n')));
  return is_clean(word) ? std::string(word) : std::string();
}

std::vector<std::string> parse_wheel_pythons(Bytes bytes) {
  std::vector<std::string> pythons;
  for (std::string_view line : lines(bytes.substr(0, 64 << 10))) {
    if (!line.starts_with("Tag:")) continue;
    auto parts = split(trim(line.substr(4)), '-');
    if (parts.size() < 3 || !is_clean(parts[0])) continue;
    for (std::string_view python : split(parts[0], '.')) {
      std::string tag = std::string(python) + (parts[1] == "abi3" ? "-abi3" : "");
      if (std::ranges::find(pythons, tag) == pythons.end() && pythons.size() < 100) pythons.push_back(std::move(tag));
    }
  }
  return pythons;
}

DirectUrl parse_direct_url(Bytes bytes) {
  DirectUrl direct;
  auto root = json_light::parse(bytes);
  if (!root) return direct;
  if (const auto* url = root->find("url"); url && url->text.starts_with("file://"))
    direct.path = json_light::percent_decoded(url->text.substr(7));
  if (const auto* folder = root->find("dir_info"))
    if (const auto* editable = folder->find("editable")) direct.is_editable = editable->is_true();
  return direct;
}

namespace {

bool is_library_name(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  std::size_t so = name.rfind(".so");
  return so != std::string_view::npos && so > 0 && (so + 3 == name.size() || name[so + 3] == '.');
}

// Out of the folder lead "..", an absolute path, and what no package writes.
bool stays_inside(std::string_view path) {
  if (path.empty() || path.size() > longest_line || path.front() == '/' || path.find('\0') != std::string_view::npos) return false;
  return !path.starts_with("../") && path.find("/../") == std::string_view::npos;
}

// "path,hash,size"; a path with a comma stands in quotation marks. Nothing for lines of another form.
std::optional<RecordedFile> parse_record_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::size_t last = line.rfind(',');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  std::size_t before = line.rfind(',', last - 1);
  if (before == std::string_view::npos) return std::nullopt;
  auto size = parse_int(line.substr(last + 1));
  std::string_view path = line.substr(0, before);
  if (path.size() > 2 && path.front() == '"' && path.back() == '"') path = path.substr(1, path.size() - 2);
  if (!size || *size < 0 || path.find('"') != std::string_view::npos || !stays_inside(path) || !is_library_name(path)) return std::nullopt;
  return RecordedFile{path, static_cast<std::uint64_t>(*size)};
}

// The next ".so" behind which a path can end or a version can follow; the size of the bytes when there is none.
std::size_t find_library(Bytes bytes, std::size_t from) {
  constexpr std::string_view ending = ".so";
  while (from < bytes.size()) {
    const void* hit = memmem(bytes.data() + from, bytes.size() - from, ending.data(), ending.size());
    if (!hit) return bytes.size();
    std::size_t at = static_cast<std::size_t>(static_cast<const char*>(hit) - bytes.data());
    char next = at + ending.size() < bytes.size() ? bytes[at + ending.size()] : '\0';
    if (next == ',' || next == '.' || next == '"') return at;
    from = at + ending.size();
  }
  return bytes.size();
}

}  // namespace

std::vector<RecordedFile> parse_record_libraries(Bytes bytes) {
  constexpr std::size_t most_libraries = 20000;
  std::vector<RecordedFile> libraries;
  for (std::size_t at = find_library(bytes, 0); at < bytes.size() && libraries.size() < most_libraries;) {
    std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    std::size_t start = bytes.rfind('\n', at);
    start = start == std::string_view::npos ? 0 : start + 1;
    if (auto file = parse_record_line(bytes.substr(start, end - start))) libraries.push_back(*file);
    at = find_library(bytes, end);
  }
  return libraries;
}

}  // namespace gpuwhy::dist_info
