#include "support/elf_writer.h"

namespace gpuwhy::testing {
namespace {

constexpr std::uint64_t page = 0x1000, text_start = 0x240;
// sub rsp,8; call rdx; add rsp,8; ret
constexpr char trampoline[] = "\x48\x83\xec\x08\xff\xd2\x48\x83\xc4\x08\xc3";

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
}
void put16(std::string& out, std::uint64_t value) { put(out, value, 2); }
void put32(std::string& out, std::uint64_t value) { put(out, value, 4); }
void put64(std::string& out, std::uint64_t value) { put(out, value, 8); }
void pad_to(std::string& out, std::uint64_t size) {
  if (out.size() < size) out.resize(size, '\0');
}

class Strings {
 public:
  std::uint64_t add(const std::string& text) {
    std::uint64_t at = bytes_.size();
    bytes_ += text;
    bytes_ += '\0';
    return at;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_ = std::string(1, '\0');
};

// The hash of the System V ABI; ld.so compares it before the name.
std::uint32_t elf_hash(const std::string& name) {
  std::uint32_t hash = 0;
  for (unsigned char c : name) {
    hash = (hash << 4) + c;
    std::uint32_t high = hash & 0xf0000000;
    if (high != 0) hash ^= high >> 24;
    hash &= ~high;
  }
  return hash;
}

std::string version_need_table(const std::vector<VersionNeed>& needs, Strings& strings) {
  std::string out;
  int index = 2;
  for (std::size_t i = 0; i < needs.size(); ++i) {
    std::size_t count = needs[i].versions.size();
    put16(out, 1);
    put16(out, count);
    put32(out, strings.add(needs[i].library));
    put32(out, 16);
    put32(out, i + 1 < needs.size() ? 16 + 16 * count : 0);
    for (std::size_t k = 0; k < count; ++k) {
      put32(out, elf_hash(needs[i].versions[k]));
      put16(out, 0);
      put16(out, index++);
      put32(out, strings.add(needs[i].versions[k]));
      put32(out, k + 1 < count ? 16 : 0);
    }
  }
  return out;
}

std::string identification(int bits) {
  std::string out = "\177ELF";
  out += static_cast<char>(bits == 32 ? 1 : 2);
  out += "\1\1";
  pad_to(out, 16);
  return out;
}

struct ProgramHeader {
  std::uint32_t type, flags;
  std::uint64_t offset, size, alignment;
};

void put_program_header(std::string& out, const ProgramHeader& header) {
  put32(out, header.type);
  put32(out, header.flags);
  put64(out, header.offset);
  put64(out, header.offset);
  put64(out, header.offset);
  put64(out, header.size);
  put64(out, header.size);
  put64(out, header.alignment);
}

std::string elf_header(const ElfSpec& spec, std::size_t program_headers) {
  std::string out = identification(64);
  put16(out, 3);  // ET_DYN
  put16(out, spec.machine);
  put32(out, 1);
  put64(out, trampoline_address);
  put64(out, 64);
  put64(out, 0);
  put32(out, 0);
  put16(out, 64);
  put16(out, 56);
  put16(out, program_headers);
  put16(out, 64);
  put16(out, 0);
  put16(out, 0);
  return out;
}

std::string short_header_32(const ElfSpec& spec) {
  std::string out = identification(32);
  put16(out, 3);
  put16(out, 3);  // EM_386
  put32(out, 1);
  pad_to(out, 256);
  return spec.cut_to ? out.substr(0, *spec.cut_to) : out;
}

struct Addresses {
  std::uint64_t symbols, hash, needs, strings;
};

std::string dynamic_section(const ElfSpec& spec, Strings& strings, const Addresses& at) {
  std::string out;
  auto entry = [&](std::uint64_t tag, std::uint64_t value) {
    put64(out, tag);
    put64(out, value);
  };
  for (const auto& name : spec.needed) entry(1, strings.add(name));
  if (!spec.soname.empty()) entry(14, strings.add(spec.soname));
  if (spec.rpath) entry(15, strings.add(*spec.rpath));
  if (spec.runpath) entry(29, strings.add(*spec.runpath));
  std::uint64_t flags = (spec.no_default_folders ? 0x800u : 0u) | (spec.interpreter.empty() ? 0u : 0x08000000u);
  if (flags != 0) entry(0x6ffffffb, flags);
  if (!spec.version_needs.empty()) {
    entry(0x6ffffffe, at.needs);
    entry(0x6fffffff, spec.version_needs.size());
  }
  entry(4, at.hash);
  entry(6, at.symbols);
  entry(11, 24);
  entry(5, at.strings);
  entry(10, strings.bytes().size());
  if (!spec.interpreter.empty()) entry(21, 0);  // DT_DEBUG
  entry(0, 0);
  return out;
}

}  // namespace

std::string make_elf(const ElfSpec& spec) {
  if (spec.bits == 32) return short_header_32(spec);
  Strings strings;
  std::string needs = version_need_table(spec.version_needs, strings);
  const std::uint64_t symbols_at = text_start, hash_at = symbols_at + 24, needs_at = hash_at + 16, interpreter_at = needs_at + needs.size();
  const std::uint64_t strings_at = interpreter_at + (spec.interpreter.empty() ? 0 : spec.interpreter.size() + 1);
  std::string dynamic = dynamic_section(spec, strings, {symbols_at, hash_at, needs_at, strings_at});
  const std::uint64_t text_end = strings_at + strings.bytes().size();
  const std::uint64_t dynamic_at = (text_end + page - 1) / page * page;

  std::vector<ProgramHeader> headers;
  const std::size_t count = spec.interpreter.empty() ? 4 : 6;
  if (!spec.interpreter.empty()) {
    headers.push_back({6, 4, 64, count * 56, 8});  // PT_PHDR
    headers.push_back({3, 4, interpreter_at, spec.interpreter.size() + 1, 1});
  }
  headers.push_back({1, 5, 0, text_end, page});
  headers.push_back({1, 6, dynamic_at, dynamic.size(), page});
  headers.push_back({2, 6, dynamic_at, dynamic.size(), 8});
  headers.push_back({0x6474e551, 6, 0, 0, 16});  // PT_GNU_STACK: not executable

  std::string out = elf_header(spec, headers.size());
  for (const auto& header : headers) put_program_header(out, header);
  pad_to(out, trampoline_address);
  out.append(trampoline, sizeof trampoline - 1);
  pad_to(out, hash_at);
  for (std::uint32_t value : {1, 1, 0, 0}) put32(out, value);  // one bucket and one symbol, both empty
  out += needs;
  if (!spec.interpreter.empty()) out.append(spec.interpreter.c_str(), spec.interpreter.size() + 1);
  out += strings.bytes();
  pad_to(out, dynamic_at);
  out += dynamic;
  pad_to(out, spec.padded_to);
  return spec.cut_to ? out.substr(0, *spec.cut_to) : out;
}

}  // namespace gpuwhy::testing
