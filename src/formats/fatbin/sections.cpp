#include "formats/fatbin/sections.h"

#include <algorithm>

#include "base/bytes.h"

namespace gpuwhy::fatbin {
namespace {

constexpr std::uint64_t header_size = 64, section_entry = 64, segment_entry = 56;
constexpr std::uint64_t sections_at_most = 1 << 16, names_at_once = 64 << 10;
// The names that matter are short; a longer search for the end would be quadratic in a table without zeros.
constexpr std::uint64_t longest_name = 32;
constexpr std::uint32_t type_program_bits = 1, type_no_bits = 8;
constexpr std::uint64_t flag_allocated = 2, flag_executable = 4;

struct FileHeader {
  std::uint64_t segments_at = 0, sections_at = 0;
  std::uint16_t segment_size = 0, segments = 0, section_size = 0, sections = 0, names = 0;
};

struct Section {
  std::uint32_t name = 0, type = 0, link = 0;
  std::uint64_t flags = 0, offset = 0, size = 0;
};

enum class Readout { good, outside, failed };

// All `length` bytes, or why not.
Readout take(elf::Reader& reader, std::uint64_t offset, std::uint64_t length, std::string& bytes) {
  if (offset > reader.size() || reader.size() - offset < length) return Readout::outside;
  auto read = reader.read_at(offset, static_cast<std::size_t>(length));
  if (!read) return Readout::failed;
  bytes = std::move(*read);
  return bytes.size() == length ? Readout::good : Readout::outside;
}

FileHeader parse_header(Bytes bytes) {
  FileHeader header;
  Cursor cursor(bytes, 32);
  header.segments_at = cursor.u64().value_or(0);
  header.sections_at = cursor.u64().value_or(0);
  cursor.skip(6);  // flags, size of this header
  header.segment_size = cursor.u16().value_or(0);
  header.segments = cursor.u16().value_or(0);
  header.section_size = cursor.u16().value_or(0);
  header.sections = cursor.u16().value_or(0);
  header.names = cursor.u16().value_or(0);
  return header;
}

Section parse_section_header(Bytes bytes) {
  Section section;
  Cursor cursor(bytes);
  section.name = cursor.u32().value_or(0);
  section.type = cursor.u32().value_or(0);
  section.flags = cursor.u64().value_or(0);
  cursor.skip(8);  // address
  section.offset = cursor.u64().value_or(0);
  section.size = cursor.u64().value_or(0);
  section.link = cursor.u32().value_or(0);
  return section;
}

void add(Parts& found, const elf::Reader& reader, std::string name, std::uint64_t offset, std::uint64_t size, bool is_code_section) {
  if (size == 0) return;
  Part part{std::move(name), offset, size, is_code_section, false};
  std::uint64_t left = offset < reader.size() ? reader.size() - offset : 0;
  if (size > left) part.size = left, part.is_cut = true;
  found.parts.push_back(std::move(part));
}

Parts& failed(Parts& found, Readout readout, std::string_view what) {
  found.parts.clear();
  found.state = readout == Readout::failed ? State::unread : State::damaged;
  found.problem = std::string(what) + " outside of the file";
  return found;
}

void add_section(Parts& found, const elf::Reader& reader, const Section& section, std::string_view name, Depth depth) {
  bool is_code_section = name == ".nv_fatbin" || name == "__nv_relfatbin";
  bool is_data = section.type == type_program_bits && section.flags & flag_allocated && !(section.flags & flag_executable);
  bool is_constants = depth != Depth::sections && (name == ".rodata" || name == ".ldata");
  if (is_code_section || name == ".cask_resource" || (is_data && (is_constants || depth == Depth::data)))
    add(found, reader, std::string(name), section.offset, section.size, is_code_section);
}

Parts parts_of_sections(elf::Reader& reader, const FileHeader& header, Depth depth) {
  Parts found;
  std::string bytes;
  if (Readout first = take(reader, header.sections_at, section_entry, bytes); first != Readout::good)
    return failed(found, first, "the section headers lie");
  Section zero = parse_section_header(bytes);
  std::uint64_t count = header.sections ? header.sections : zero.size;  // more than 16 bits hold: the first section knows
  std::uint64_t names_index = header.names == 0xffff ? zero.link : header.names;
  if (count > sections_at_most || names_index >= count) return failed(found, Readout::outside, "the section names lie");
  if (Readout all = take(reader, header.sections_at, count * section_entry, bytes); all != Readout::good)
    return failed(found, all, "section headers lie");
  auto section_at = [&](std::uint64_t index) { return parse_section_header(Bytes(bytes).substr(index * section_entry, section_entry)); };
  Section table = section_at(names_index);
  std::optional<std::string> names;  // some linkers put the section names into the table of symbols, which may hold many megabytes
  if (table.size <= names_at_once) {
    if (Readout text = take(reader, table.offset, table.size, names.emplace()); text != Readout::good)
      return failed(found, text, "the section names lie");
  }
  for (std::uint64_t i = 1; i < count; ++i) {
    Section section = section_at(i);
    if (section.name >= table.size || section.type == type_no_bits) continue;
    std::uint64_t length = std::min(longest_name, table.size - section.name);
    std::string name;
    if (names) name = names->substr(section.name, static_cast<std::size_t>(length));
    else if (Readout text = take(reader, table.offset + section.name, length, name); text != Readout::good)
      return failed(found, text, "the section names lie");
    add_section(found, reader, section, std::string_view(name).substr(0, name.find('\0')), depth);
  }
  return found;
}

// Section headers are no part of what is loaded, and some tools take them away.
Parts parts_of_segments(elf::Reader& reader, const FileHeader& header) {
  constexpr std::uint32_t segment_load = 1;
  Parts found;
  std::string bytes;
  if (header.segments == 0 || header.segment_size < segment_entry) return found;
  if (Readout all = take(reader, header.segments_at, std::uint64_t{header.segments} * header.segment_size, bytes); all != Readout::good)
    return failed(found, all, "the program headers lie");
  for (std::uint64_t i = 0; i < header.segments; ++i) {
    Cursor cursor(bytes, i * header.segment_size);
    std::uint32_t type = cursor.u32().value_or(0);
    cursor.skip(4);  // flags
    std::uint64_t offset = cursor.u64().value_or(0);
    cursor.skip(16);  // addresses
    std::uint64_t size = cursor.u64().value_or(0);
    if (type == segment_load) add(found, reader, "PT_LOAD", offset, size, false);
  }
  return found;
}

// Parts may overlap in a hostile file: each byte is searched once, and only as the first kind that claims it.
void make_disjoint(std::vector<Part>& parts) {
  std::ranges::stable_sort(parts, {}, &Part::offset);
  std::uint64_t end = 0;
  for (Part& part : parts) {
    std::uint64_t skip = part.offset < end ? std::min(end - part.offset, part.size) : 0;
    part.offset += skip;
    part.size -= skip;
    end = std::max(end, part.offset + part.size);
  }
  std::erase_if(parts, [](const Part& part) { return part.size == 0 && !part.is_cut; });
}

}  // namespace

Parts find_parts(elf::Reader& reader, Depth depth) {
  Parts found;
  std::string bytes;
  Readout read = take(reader, 0, header_size, bytes);
  if (read == Readout::failed) return failed(found, read, "");
  constexpr std::string_view identification =
      "\x7f"
      "ELF\x02\x01";
  if (read != Readout::good || !bytes.starts_with(identification)) {
    found.state = State::not_elf;
    found.problem = !bytes.starts_with(
                        "\x7f"
                        "ELF")
                        ? "no ELF file"
                        : "no little-endian 64-bit ELF file";
    return found;
  }
  FileHeader header = parse_header(bytes);
  bool has_sections = header.sections_at != 0 && header.section_size == section_entry;
  found = has_sections ? parts_of_sections(reader, header, depth) : parts_of_segments(reader, header);
  make_disjoint(found.parts);
  return found;
}

}  // namespace gpuwhy::fatbin
