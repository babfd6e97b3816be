// Which parts of an ELF file may hold device code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/fatbin/fatbin.h"

namespace gpuwhy::fatbin {

struct Part {
  std::string name;  // of the section; "PT_LOAD" where the file has no section headers
  std::uint64_t offset = 0, size = 0;
  // Made for containers, so that anything else in it is damage. Otherwise containers are sought among other data.
  bool is_code_section = false;
  bool is_cut = false;  // it promises more bytes than the file has; `size` is what there is

  bool operator==(const Part&) const = default;
};

struct Parts {
  State state = State::whole;
  std::string problem;
  std::vector<Part> parts;
};

Parts find_parts(elf::Reader& reader, Depth depth);

}  // namespace gpuwhy::fatbin
