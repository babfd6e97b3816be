#include "formats/modinfo/modinfo.h"

#include <algorithm>

namespace gpuwhy::modinfo {
namespace {

constexpr std::uint64_t header_size = 64, section_header_size = 64;
constexpr std::uint64_t most_sections = 1 << 17;  // the open module, built with one section per function, has some ten thousand
constexpr std::uint64_t longest_names = 16 << 20;
constexpr std::uint64_t longest_section = 1 << 20;
constexpr std::string_view section_name = ".modinfo";

struct Section {
  std::uint32_t name = 0;  // offset in the table of names
  std::uint64_t offset = 0, size = 0;
  std::uint32_t link = 0;
};

struct SectionTable {
  std::uint64_t offset = 0, count = 0;
  std::uint32_t names = 0;  // index of the section that holds the names
};

// A piece of the file as a whole, or nothing.
std::optional<std::string> read_exactly(elf::Reader& reader, std::uint64_t offset, std::uint64_t length) {
  if (length > longest_names || offset > reader.size() || reader.size() - offset < length) return std::nullopt;
  auto bytes = reader.read_at(offset, static_cast<std::size_t>(length));
  if (!bytes || bytes->size() != length) return std::nullopt;
  return bytes;
}

std::optional<Section> parse_section(Bytes bytes) {
  Cursor cursor(bytes);
  Section section;
  auto name = cursor.u32();
  bool skipped = cursor.skip(20);  // type, flags, address
  auto offset = cursor.u64(), size = cursor.u64();
  auto link = cursor.u32();
  if (!name || !skipped || !offset || !size || !link) return std::nullopt;
  return Section{*name, *offset, *size, *link};
}

std::optional<SectionTable> read_section_table(elf::Reader& reader) {
  auto header = read_exactly(reader, 0, header_size);
  if (!header || !header->starts_with("\x7f"
                                      "ELF\x02\x01"))
    return std::nullopt;
  auto offset = Cursor(*header, 40).u64();
  Cursor counts(*header, 58);
  auto entry_size = counts.u16(), count = counts.u16(), names = counts.u16();
  if (!offset || !entry_size || !count || !names || *offset == 0 || *entry_size != section_header_size) return std::nullopt;
  SectionTable table{*offset, *count, *names};
  if (*count == 0 || *names == 0xffff) {  // too many for 16 bits: the first section header holds the numbers
    auto first = read_exactly(reader, *offset, section_header_size);
    auto section = first ? parse_section(*first) : std::nullopt;
    if (!section) return std::nullopt;
    if (*count == 0) table.count = section->size;
    if (*names == 0xffff) table.names = section->link;
  }
  if (table.count > most_sections || table.names >= table.count) return std::nullopt;
  return table;
}

}  // namespace

std::map<std::string, std::string> parse_modinfo(Bytes section) {
  std::map<std::string, std::string> values;
  while (!section.empty()) {
    std::size_t end = section.find('\0');
    if (end == std::string_view::npos) break;
    std::string_view entry = section.substr(0, end);
    section.remove_prefix(end + 1);
    std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos && equals > 0) values.try_emplace(std::string(entry.substr(0, equals)), entry.substr(equals + 1));
  }
  return values;
}

std::optional<std::map<std::string, std::string>> read_modinfo(elf::Reader& reader) {
  auto table = read_section_table(reader);
  auto headers = table ? read_exactly(reader, table->offset, table->count * section_header_size) : std::nullopt;
  if (!headers) return std::nullopt;
  auto section_at = [&](std::uint64_t index) {
    auto bytes = slice(*headers, index * section_header_size, section_header_size);
    return bytes ? parse_section(*bytes) : std::nullopt;
  };
  auto names_section = section_at(table->names);
  auto names = names_section ? read_exactly(reader, names_section->offset, names_section->size) : std::nullopt;
  if (!names) return std::nullopt;
  for (std::uint64_t i = 0; i < table->count; ++i) {
    auto section = section_at(i);
    if (!section) return std::nullopt;
    // Compared in place: a search for the terminator of each name would take quadratic time on a table without zeros.
    auto name = slice(*names, section->name, section_name.size() + 1);
    if (!name || name->substr(0, section_name.size()) != section_name || name->back() != '\0') continue;
    if (section->size > longest_section) return std::nullopt;
    auto bytes = read_exactly(reader, section->offset, section->size);
    if (!bytes) return std::nullopt;
    return parse_modinfo(*bytes);
  }
  return std::nullopt;
}

}  // namespace gpuwhy::modinfo
