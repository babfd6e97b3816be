// A kernel module as small as the format allows: an ELF object file with the sections "", ".modinfo" and ".shstrtab".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gpuwhy::testing {

inline void append_number(std::string& bytes, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i, value >>= 8) bytes += static_cast<char>(value & 0xff);
}

inline std::string make_section_header(std::uint32_t name, std::uint64_t offset, std::uint64_t size) {
  std::string header;
  append_number(header, name, 4);
  append_number(header, 1, 4);   // type: contents of the program
  append_number(header, 0, 16);  // flags, address
  append_number(header, offset, 8);
  append_number(header, size, 8);
  append_number(header, 0, 24);  // link, info, alignment, entry size
  return header;
}

inline std::string make_module_file(std::string_view modinfo) {
  const std::string names("\0.modinfo\0.shstrtab\0", 20);
  const std::uint64_t modinfo_at = 64, names_at = modinfo_at + modinfo.size(), table_at = names_at + names.size();
  std::string file(
      "\x7f"
      "ELF\x02\x01\x01",
      7);
  append_number(file, 0, 9);
  append_number(file, 1, 2);   // an object file
  append_number(file, 62, 2);  // x86-64
  append_number(file, 1, 4);
  append_number(file, 0, 16);  // entry, program headers
  append_number(file, table_at, 8);
  append_number(file, 0, 4);
  append_number(file, 64, 2);
  append_number(file, 0, 4);  // no program headers
  append_number(file, 64, 2);
  append_number(file, 3, 2);
  append_number(file, 2, 2);
  file += modinfo;
  file += names;
  file +=
      make_section_header(0, 0, 0) + make_section_header(1, modinfo_at, modinfo.size()) + make_section_header(10, names_at, names.size());
  return file;
}

}  // namespace gpuwhy::testing
