// Writes small ELF files for tests: real enough for ld.so to map them, with exactly the names, paths and faults that a test asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gpuwhy::testing {

struct VersionNeed {
  std::string library;                // "libc.so.6"
  std::vector<std::string> versions;  // {"GLIBC_2.17", "GLIBC_2.34"}
};

struct ElfSpec {
  std::string soname;
  std::vector<std::string> needed;
  std::optional<std::string> rpath, runpath;
  bool no_default_folders = false;  // DF_1_NODEFLIB
  std::string interpreter;          // PT_INTERP: makes it a position-independent program
  int bits = 64;                    // 32: the header only, which is all that anyone reads of it
  std::uint16_t machine = 62;       // 62 x86-64, 183 AArch64
  std::vector<VersionNeed> version_needs;
  std::uint64_t padded_to = 0;          // zero bytes after the end, up to this size
  std::optional<std::uint64_t> cut_to;  // only the first so many bytes
};

std::string make_elf(const ElfSpec& spec);

// In every x86-64 file: a function `void* (const char* name, int mode, void* (*open)(const char*, int))` that calls `open(name, mode)`, so
// that a test can have a library of its own be the caller of dlopen. An address relative to the load address.
inline constexpr std::uint64_t trampoline_address = 0x200;

}  // namespace gpuwhy::testing
