#include "facts/cards.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/text.h"
#include "facts/tables.h"

namespace gpuwhy::facts {

namespace {

// Maker and family stand in some lists and are left out in others.
std::string plain_name(std::string_view name) {
  std::string plain = to_lower(trim(name));
  for (std::string_view mark : {"(tm)", "(r)"}) plain = replace_all(std::move(plain), mark, "");
  bool changed = true;
  while (changed) {
    changed = false;
    for (std::string_view front : {"nvidia corporation ", "nvidia ", "tesla ", "grid ", "geforce "}) {
      if (!plain.starts_with(front) || plain.size() == front.size()) continue;
      plain.erase(0, front.size());
      changed = true;
    }
  }
  return plain;
}

constexpr std::string_view several = "?";  // cards of one name with different capabilities

using Names = std::map<std::string, std::string_view, std::less<>>;

const Names& names() {
  static const Names all = [] {
    Names made;
    for (const PciDevice& device : tables::pci_devices) {
      if (device.compute_capability.empty() || device.compute_capability == "-") continue;
      auto [place, is_new] = made.emplace(plain_name(device.name), device.compute_capability);
      if (!is_new && place->second != device.compute_capability) place->second = several;
    }
    return made;
  }();
  return all;
}

// What all names that begin with the stem have in common; `whole_words`: "a10" is no beginning of "a100".
std::string_view common_to(std::string_view stem, bool whole_words) {
  std::string_view found;
  for (auto at = names().lower_bound(stem); at != names().end() && at->first.starts_with(stem); ++at) {
    char next = at->first.size() > stem.size() ? at->first[stem.size()] : ' ';
    bool is_inside_word = (next >= 'a' && next <= 'z') || (next >= '0' && next <= '9');
    if (whole_words && is_inside_word) continue;
    if (!found.empty() && found != at->second) return "";
    found = at->second;
  }
  return found == several ? "" : found;
}

}  // namespace

std::string_view capability_of_card(std::string_view name) {
  constexpr std::size_t longest_name = 100, shortest_stem = 2;
  if (name.size() > longest_name) return "";
  std::string plain = plain_name(name);
  if (plain.ends_with("...")) return common_to(trim(std::string_view(plain).substr(0, plain.size() - 3)), false);
  if (auto exact = names().find(plain); exact != names().end()) return exact->second == several ? "" : exact->second;
  std::string_view stem = plain;
  while (stem.size() >= shortest_stem && stem.find_first_of("0123456789") != std::string_view::npos) {
    if (std::string_view found = common_to(stem, true); !found.empty()) return found;
    std::size_t cut = stem.find_last_of(" -.");
    if (cut == std::string_view::npos) break;
    stem = stem.substr(0, cut);
  }
  return "";
}

}  // namespace gpuwhy::facts
