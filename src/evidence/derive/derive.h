// Clues that follow from two others ("pair.*"): what decides before any single phrase does.
#pragma once

#include "evidence/clues.h"

namespace gpuwhy {

void derive_library_pairs(Clues& clues);  // a library that is asked for against those that are there; cuDNN loaded against built
void derive_device_pairs(Clues& clues);   // an index against the count of cards, a list of architectures against a card
void derive_driver_pairs(Clues& clues);   // a driver against a runtime, a kernel module against its libraries
void derive_package_pairs(Clues& clues);  // packages that exclude each other, a plugin against its framework

inline void derive_clues(Clues& clues) {
  derive_driver_pairs(clues);
  derive_library_pairs(clues);
  derive_device_pairs(clues);
  derive_package_pairs(clues);
}

}  // namespace gpuwhy
