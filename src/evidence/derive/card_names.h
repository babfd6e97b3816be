// A card's name as people paste it -> its compute capability, by the table of PCI devices.
#pragma once

#include <string>
#include <string_view>

namespace gpuwhy {

// "NVIDIA GeForce RTX 3060 Laptop GPU" -> "8.6"; "" for a name that is cut ("GeForce GTX TIT...") or in no table. A name with words that
// the table does not have is known by those before them ("A100 80GB PCIe" by "A100"), where all such cards are of one capability.
std::string capability_of_card(std::string_view name);

}  // namespace gpuwhy
