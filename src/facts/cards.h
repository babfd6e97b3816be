// The compute capability of a card by the name that a program prints for it: whole ("Tesla V100-SXM2-16GB"), cut as old nvidia-smi cuts it
// ("GeForce GTX TIT..."), or with a vGPU profile behind it ("GRID T4-8Q"). From data/facts/pci_devices.tsv.
#pragma once

#include <string_view>

namespace gpuwhy::facts {

// "7.0"; "" where no card has that name, or cards of different capability have.
std::string_view capability_of_card(std::string_view name);

}  // namespace gpuwhy::facts
