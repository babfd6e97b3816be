// The dynamic section: names, search paths, flags and version needs.
#pragma once

#include <string>

#include "formats/elf/mapped_reader.h"

namespace gpuwhy::elf {

// Fills in what `dynamic` says. Returns "" or, in our words, what lies outside of the file.
std::string read_dynamic_section(MappedReader& mapped, const Segment& dynamic, Image& image);

}  // namespace gpuwhy::elf
