// The section .modinfo of a Linux kernel module (an ELF object file): "name=value" strings, each with a zero behind it. Formats: System V
// ABI, "Object Files"; include/linux/moduleinfo.h and modpost of the Linux source. A module of NVIDIA is up to 100 MB and its section table
// lies at the end, so it is read in a few bounded pieces.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "formats/elf/elf.h"

namespace gpuwhy::modinfo {

// The first value of each name ("alias" and "parm" occur many times). What follows the last zero was cut and is dropped.
std::map<std::string, std::string> parse_modinfo(Bytes section);

// Finds the section in a 64-bit little-endian ELF file; nothing when the file is another thing, is cut, or has no such section.
std::optional<std::map<std::string, std::string>> read_modinfo(elf::Reader& reader);

}  // namespace gpuwhy::modinfo
