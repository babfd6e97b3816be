#include "evidence/derive/card_names.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "base/text.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

std::string plain(std::string_view name) {
  std::string lower = replace_all(to_lower(trim(name)), "-", " ");
  return lower.starts_with("nvidia ") ? lower.substr(7) : lower;
}

bool begins_with_words(std::string_view text, std::string_view words) {
  return text.starts_with(words) && (text.size() == words.size() || text[words.size()] == ' ');
}

// The one capability of all cards whose name begins with these words; "" when there is none, or several.
std::string common_capability(std::string_view words) {
  std::string common;
  for (unsigned id = 0; id <= UINT16_MAX; ++id) {
    const facts::PciDevice* device = facts::find_pci_device(static_cast<std::uint16_t>(id));
    if (!device || !begins_with_words(plain(device->name), words) || device->compute_capability.size() < 3) continue;
    if (!common.empty() && common != device->compute_capability) return "";
    common = device->compute_capability;
  }
  return common;
}

bool names_a_model(std::string_view words) {
  return std::ranges::any_of(words, [](unsigned char c) { return std::isdigit(c); });
}

}  // namespace

std::string capability_of_card(std::string_view name) {
  if (name.contains("..") || name.size() > 80) return "";
  std::string words = plain(name);
  while (names_a_model(words)) {
    if (std::string found = common_capability(words); !found.empty()) return found;
    std::size_t blank = words.rfind(' ');
    if (blank == std::string::npos) break;
    words.resize(blank);
  }
  return "";
}

}  // namespace gpuwhy
