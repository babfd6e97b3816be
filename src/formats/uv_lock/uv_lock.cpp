#include "formats/uv_lock/uv_lock.h"

#include <algorithm>

#include "base/text.h"
#include "base/version.h"

namespace gpuwhy::uv_lock {

namespace {

constexpr std::size_t most_packages = 20'000, most_wheels = 500;

// The text in quotation marks behind `key = `, or behind `key` inside of braces; "" when there is none.
std::string_view quoted_behind(std::string_view line, std::string_view key) {
  std::size_t at = line.find(key);
  if (at == std::string_view::npos) return "";
  std::size_t open = line.find('"', at + key.size());
  std::size_t close = open == std::string_view::npos ? open : line.find('"', open + 1);
  return close == std::string_view::npos ? "" : line.substr(open + 1, close - open - 1);
}

std::string_view source_kind(std::string_view line) {
  std::size_t brace = line.find('{');
  if (brace == std::string_view::npos) return "";
  std::string_view inside = trim(line.substr(brace + 1));
  return inside.substr(0, inside.find_first_of(" ="));
}

std::string_view file_of(std::string_view url) {
  std::string_view path = url.substr(0, url.find_first_of("?#"));
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::optional<Document> parse(Bytes bytes) {
  Document document;
  std::string table;
  for (std::string_view line : lines(bytes)) {
    if (line.starts_with('[')) {
      table = trim(line);
      if (table == "[[package]]" && document.packages.size() < most_packages) document.packages.emplace_back();
      continue;
    }
    if (table.empty() && line.starts_with("requires-python")) document.requires_python = quoted_behind(line, "requires-python");
    if (table != "[[package]]" || document.packages.empty()) continue;
    LockedPackage& package = document.packages.back();
    if (line.starts_with("name = ")) package.name = normalised_package_name(quoted_behind(line, "name"));
    else if (line.starts_with("version = ")) package.version = quoted_behind(line, "version");
    else if (line.starts_with("source = ")) package.source = source_kind(line);
    else if (line.starts_with("resolution-markers")) package.has_markers = true;
    std::string_view url = trim(line).starts_with('{') ? quoted_behind(line, "url = ") : "";
    if (url.contains(".whl") && package.wheels.size() < most_wheels) package.wheels.emplace_back(file_of(url));
  }
  if (document.packages.empty()) return std::nullopt;
  return document;
}

std::string glibc_of_wheel(std::string_view file_name) {
  std::string lowest;
  if (!file_name.ends_with(".whl")) return lowest;
  std::string_view tags = file_name.substr(0, file_name.size() - 4);
  for (std::string_view tag : split(tags.substr(tags.rfind('-') + 1), '.')) {
    std::string version;
    std::vector<std::string_view> parts = split(tag, '_');
    if (tag.starts_with("manylinux_") && parts.size() >= 3 && is_digits(parts[1]) && is_digits(parts[2]))
      version = std::string(parts[1]) + "." + std::string(parts[2]);
    if (tag.starts_with("manylinux2014")) version = "2.17";
    if (tag.starts_with("manylinux2010")) version = "2.12";
    if (tag.starts_with("manylinux1_")) version = "2.5";
    auto parsed = Version::parse(version);
    if (parsed && (lowest.empty() || *parsed < *Version::parse(lowest))) lowest = version;
  }
  return lowest;
}

}  // namespace gpuwhy::uv_lock
