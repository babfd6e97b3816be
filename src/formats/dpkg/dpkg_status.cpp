#include "formats/dpkg/dpkg_status.h"

#include "base/text.h"

namespace gpuwhy::dpkg {
namespace {

constexpr std::size_t longest_line = 4096;  // Package, Status and Version are far shorter
constexpr std::size_t most_packages = 4096;

}  // namespace

void StatusReader::feed(Bytes piece) {
  while (!piece.empty()) {
    std::size_t end = piece.find('\n');
    std::string_view part = piece.substr(0, end);
    if (line_.size() + part.size() > longest_line) line_is_long_ = true;
    if (!line_is_long_) line_ += part;
    if (end == std::string_view::npos) return;
    if (!line_is_long_) take_line(line_);
    line_.clear();
    line_is_long_ = false;
    piece.remove_prefix(end + 1);
  }
}

void StatusReader::take_line(std::string_view line) {
  if (trim(line).empty()) return end_paragraph();
  if (line.starts_with(' ') || line.starts_with('\t')) return;  // goes on with the field above
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string_view name = line.substr(0, colon), value = trim(line.substr(colon + 1));
  if (name == "Package") current_.name = value;
  if (name == "Version") current_.version = value;
  if (name == "Status") current_.state = trim(value.substr(value.rfind(' ') + 1));
}

void StatusReader::end_paragraph() {
  bool whole = !current_.name.empty() && !current_.version.empty() && !current_.state.empty();
  if (whole && packages_.size() < most_packages && is_wanted_(current_.name)) packages_.push_back(current_);
  current_ = {};
}

std::vector<InstalledPackage> StatusReader::finish() {
  if (!line_is_long_ && !line_.empty()) take_line(line_);
  line_.clear();
  end_paragraph();
  return std::move(packages_);
}

}  // namespace gpuwhy::dpkg
