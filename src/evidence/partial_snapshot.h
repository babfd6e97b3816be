// Clues -> the snapshot that the rules read: what the text tells is known, with the line as evidence; all else stays unknown.
#pragma once

#include <string>
#include <vector>

#include "evidence/reading.h"
#include "model/snapshot.h"

namespace gpuwhy {

Snapshot partial_snapshot(const Reading& reading);

// A card that the text names, for the first lines of the report.
struct ShownCard {
  std::string index, name, address, capability;  // "" = not shown
  std::size_t line = 0;
};
std::vector<ShownCard> shown_cards(const Reading& reading);

// "line 12", or "second text, line 12" where several were given.
std::string locator(const Reading& reading, std::size_t line);

}  // namespace gpuwhy
