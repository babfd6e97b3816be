// The order of the checks is the order in which glibc's loader makes them (open_verify and _dl_map_object_from_fd): the first that fails
// decides what it says.
#include "formats/elf/elf.h"

#include <algorithm>

#include "base/bytes.h"
#include "formats/elf/dynamic_section.h"
#include "formats/elf/mapped_reader.h"

namespace gpuwhy::elf {
namespace {

constexpr std::size_t header_size = 64, program_header_size = 56;
constexpr std::size_t first_read = 1024;  // the ELF header and the program headers of nearly every library
constexpr std::uint32_t segment_load = 1, segment_dynamic = 2, segment_interpreter = 3;
constexpr std::uint16_t type_program = 2, type_shared = 3;
constexpr std::uint64_t page = 4096;

struct Header {
  std::uint16_t type = 0, entry_size = 0, entries = 0;
  std::uint32_t version = 0;
  std::uint64_t offset = 0;  // of the program headers
};

struct ProgramHeaders {
  std::vector<Segment> loads;
  std::optional<Segment> dynamic, interpreter;
  std::uint64_t end = 0;     // the highest end of a loadable segment in the file
  bool overflows = false;    // an end beyond 2^64
  bool unaligned = false;    // an alignment that is no multiple of a page
  bool incongruent = false;  // address and offset differ within a page
};

Image rejected(Image image, Shape shape, std::string problem) {
  image.shape = shape;
  image.problem = std::move(problem);
  return image;
}

// e_ident: the loader's words for the first thing it dislikes, or "" when it is fine.
std::string_view identification_problem(Bytes bytes) {
  auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (at(5) != 1) return "ELF file data encoding not little-endian";
  if (at(6) != 1) return "ELF file version ident does not match current one";
  if (at(7) != 0 && at(7) != 3) return "ELF file OS ABI invalid";
  if (at(8) != 0 && at(7) != 3) return "ELF file ABI version invalid";
  for (std::size_t i = 9; i < 16; ++i)
    if (at(i) != 0) return "nonzero padding in e_ident";
  return "";
}

Header parse_header(Bytes bytes, std::uint16_t& machine) {
  Header header;
  Cursor cursor(bytes, 16);
  header.type = *cursor.u16();
  machine = *cursor.u16();
  header.version = *cursor.u32();
  cursor.skip(8);  // entry
  header.offset = *cursor.u64();
  cursor.skip(8 + 4 + 2);  // section headers, flags, size of this header
  header.entry_size = *cursor.u16();
  header.entries = *cursor.u16();
  return header;
}

ProgramHeaders parse_program_headers(Bytes bytes) {
  ProgramHeaders result;
  for (Cursor cursor(bytes); cursor.left() >= program_header_size;) {
    std::uint32_t type = *cursor.u32();
    cursor.skip(4);  // flags
    Segment segment;
    segment.offset = *cursor.u64();
    segment.address = *cursor.u64();
    cursor.skip(8);  // physical address
    segment.file_size = *cursor.u64();
    cursor.skip(8);  // size in memory
    std::uint64_t alignment = *cursor.u64();
    if (type == segment_dynamic) result.dynamic = segment;
    if (type == segment_interpreter) result.interpreter = segment;
    if (type != segment_load) continue;
    if (alignment % page != 0) result.unaligned = true;
    if (alignment != 0 && ((segment.address - segment.offset) & (alignment - 1)) != 0) result.incongruent = true;
    if (segment.offset > UINT64_MAX - segment.file_size) result.overflows = true;
    else result.end = std::max(result.end, segment.offset + segment.file_size);
    result.loads.push_back(segment);
  }
  return result;
}

// The program headers' bytes; an empty shape problem means success.
std::optional<std::string> read_program_headers(Reader& reader, const std::string& start, const Header& header) {
  std::size_t length = header.entries * program_header_size;
  if (auto part = slice(start, header.offset, length)) return std::string(*part);
  if (header.offset > reader.size() || reader.size() - header.offset < length) return std::string();  // shorter than asked: cut
  return reader.read_at(header.offset, length);
}

Image read_contents(Reader& reader, Image image, const ProgramHeaders& headers) {
  if (headers.interpreter && headers.interpreter->file_size <= page) {
    auto text = reader.read_at(headers.interpreter->offset, static_cast<std::size_t>(headers.interpreter->file_size));
    if (!text) return rejected(std::move(image), Shape::unread, "the interpreter's name could not be read");
    image.interpreter = text->substr(0, text->find('\0'));
  }
  image.shape = Shape::whole;
  if (!headers.dynamic || headers.dynamic->file_size == 0) {
    if (!image.is_program) return rejected(std::move(image), Shape::not_elf, "object file has no dynamic section");
    return image;
  }
  image.is_dynamic = true;
  MappedReader mapped(reader, headers.loads);
  std::string problem = read_dynamic_section(mapped, *headers.dynamic, image);
  if (mapped.read_failed()) return rejected(std::move(image), Shape::unread, "the dynamic section could not be read");
  if (!problem.empty()) return rejected(std::move(image), Shape::header_cut, std::move(problem));
  return image;
}

}  // namespace

Image read_image(Reader& reader) {
  Image image;
  auto start = reader.read_at(0, first_read);
  if (!start) return rejected(std::move(image), Shape::unread, "the file could not be read");
  if (start->size() < header_size) return rejected(std::move(image), Shape::too_short, "file too short");
  if (!start->starts_with("\177ELF")) return rejected(std::move(image), Shape::not_elf, "invalid ELF header");
  if ((*start)[4] != 2)
    return rejected(std::move(image), Shape::other_class, (*start)[4] == 1 ? "wrong ELF class: ELFCLASS32" : "unknown ELF class");
  if (auto problem = identification_problem(*start); !problem.empty())
    return rejected(std::move(image), Shape::not_elf, std::string(problem));

  Header header = parse_header(*start, image.machine);
  if (header.version != 1) return rejected(std::move(image), Shape::not_elf, "ELF file version does not match current one");
  if (image.machine != static_cast<std::uint16_t>(Processor::x86_64) && image.machine != static_cast<std::uint16_t>(Processor::aarch64))
    return rejected(std::move(image), Shape::other_machine, "for another processor");
  if (header.type != type_program && header.type != type_shared)
    return rejected(std::move(image), Shape::not_elf, "only ET_DYN and ET_EXEC can be loaded");
  if (header.entry_size != program_header_size)
    return rejected(std::move(image), Shape::not_elf, "ELF file's phentsize not the expected size");
  image.is_program = header.type == type_program;

  auto bytes = read_program_headers(reader, *start, header);
  if (!bytes) return rejected(std::move(image), Shape::unread, "the program headers could not be read");
  if (bytes->size() < header.entries * program_header_size) return rejected(std::move(image), Shape::header_cut, "cannot read file data");
  ProgramHeaders headers = parse_program_headers(*bytes);
  image.bytes_expected = headers.overflows ? UINT64_MAX : headers.end;
  if (headers.unaligned) return rejected(std::move(image), Shape::not_elf, "ELF load command alignment not page-aligned");
  if (headers.incongruent) return rejected(std::move(image), Shape::not_elf, "ELF load command address/offset not properly aligned");
  if (headers.loads.empty()) return rejected(std::move(image), Shape::not_elf, "object file has no loadable segments");
  if (image.bytes_expected > reader.size())
    return rejected(std::move(image), Shape::segments_cut, "the segments need more bytes than the file has");
  return read_contents(reader, std::move(image), headers);
}

}  // namespace gpuwhy::elf
