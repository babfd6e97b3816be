#include "facts/compatibility.h"

#include "base/version.h"

namespace gpuwhy::facts {

std::span<const KnownBad> known_bad() { return tables::known_bad; }

bool is_in_range(std::string_view version_text, std::string_view from, std::string_view below) {
  auto here = Version::parse(version_text);
  if (!here) return false;
  if (!from.empty() && *here < version(from)) return false;
  return below.empty() || *here < version(below);
}

std::string_view without_cuda_ending(std::string_view package) {
  std::size_t dash = package.rfind("-cu");
  if (dash == std::string_view::npos || dash + 3 == package.size()) return package;
  return package.find_first_not_of("0123456789", dash + 3) == std::string_view::npos ? package.substr(0, dash) : package;
}

}  // namespace gpuwhy::facts
