// What the dynamic loader needs to know of an ELF file, read with a few small reads: the file may be 1 GB. Nothing in the file is trusted;
// the work is bounded whatever the headers say. Source of the format: System V ABI (generic, x86-64 and AArch64 supplements) and the GNU
// extensions (DT_VERNEED, DT_VERDEF, DF_1_*). Source of the judgement: what glibc's loader accepts, skips or stops at (tests/loader
// compares).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy::elf {

// Where the bytes come from.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual std::uint64_t size() const = 0;
  // Up to `length` bytes at `offset`, fewer only at the end of the file; nothing when the read failed.
  virtual std::optional<std::string> read_at(std::uint64_t offset, std::size_t length) = 0;
};

// Bytes that are in memory already.
class BytesReader final : public Reader {
 public:
  explicit BytesReader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::optional<std::string> read_at(std::uint64_t offset, std::size_t length) override {
    return offset >= bytes_.size() ? std::string() : std::string(bytes_.substr(offset, length));
  }

 private:
  std::string_view bytes_;
};

enum class Shape {
  whole,          // a 64-bit little-endian ELF for x86-64 or AArch64, with all of its segments in the file
  other_class,    // a 32-bit ELF
  other_machine,  // a 64-bit ELF for a processor that is neither
  too_short,      // under 64 bytes
  not_elf,        // no ELF, or an ELF that the loader rejects: `problem` has its words
  header_cut,     // program headers, dynamic section or its strings outside of the file
  segments_cut,   // the segments need more bytes than the file has
  unread,         // one of our own reads failed: nothing is known
};

enum class Processor : std::uint16_t { x86_64 = 62, aarch64 = 183 };

struct Image {
  Shape shape = Shape::unread;
  std::string problem;        // the loader's words ("invalid ELF header") where it rejects the file, else ours; "" when whole
  std::uint16_t machine = 0;  // e_machine, when the header could be read
  bool is_program = false;    // ET_EXEC, or position-independent with DF_1_PIE: dlopen refuses it
  bool is_dynamic = false;    // has a dynamic section; a static program has none
  std::string interpreter;    // PT_INTERP
  std::string soname;
  std::vector<std::string> needed;
  std::optional<std::string> rpath, runpath;  // present but empty is not the same as absent
  bool no_default_folders = false;            // DF_1_NODEFLIB
  std::string required_glibc;                 // highest x.y among the needs GLIBC_x.y: "2.34"
  std::string required_glibcxx;               // highest among GLIBCXX_x.y.z: "3.4.30"
  std::string required_cxxabi;                // highest among CXXABI_x.y.z: "1.3.13"
  std::string provided_glibcxx;               // of a libstdc++ alone: the highest that it defines
  std::string provided_cxxabi;
  std::uint64_t bytes_expected = 0;  // the highest end of a segment in the file

  bool operator==(const Image&) const = default;
};

Image read_image(Reader& reader);

}  // namespace gpuwhy::elf
