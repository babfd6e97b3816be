// /var/lib/dpkg/status, which may be tens of megabytes: read in pieces of any size, keeping only the packages asked for. Format: paragraphs
// of deb822(5), fields of deb-control(5) and dpkg(1).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::dpkg {

struct InstalledPackage {
  std::string name, version;
  std::string state;  // the last word of Status: "installed", "half-configured", "config-files"
  bool operator==(const InstalledPackage&) const = default;
};

class StatusReader {
 public:
  explicit StatusReader(std::function<bool(std::string_view name)> is_wanted) : is_wanted_(std::move(is_wanted)) {}

  void feed(Bytes piece);
  // Call once after the last piece; a paragraph that the end cut short is dropped unless all three fields were there.
  std::vector<InstalledPackage> finish();

 private:
  void take_line(std::string_view line);
  void end_paragraph();

  std::function<bool(std::string_view)> is_wanted_;
  std::vector<InstalledPackage> packages_;
  InstalledPackage current_;
  std::string line_;           // the part of a line that the last piece ended in
  bool line_is_long_ = false;  // no field of ours: skipped up to its end
};

}  // namespace gpuwhy::dpkg
