// Device code in an ELF file: which GPU images its fat binaries hold. Only headers are read, by hopping from one to the next with small
// reads, so that a library of a gigabyte costs a few milliseconds; nothing is ever decompressed or mapped.
//
// The format, little endian (deduced from files that nvcc made, compared with cuobjdump on 90,461 images of 90 libraries):
//   container  u32 magic 0xBA55ED50, u16 version 1, u16 header size 16, u64 size of all that follows; at 8-byte steps, zeros between
//   entry      0 u16 kind (1 PTX, 2 SASS, 8 NVVM IR for the linker)    2 u16 0x0101    4 u32 header size (64, 72, 80, 112, ...)
//              8 u64 payload with padding      24 u16 minor, 26 u16 major: of PTX, the ISA    28 u32 architecture (90)
//              40 u64 flags: 0x100000 = suffix 'a', 0x200000 = suffix 'f'
// A chain of entries ends exactly where its container ends. Executable containers stand in .nv_fatbin, relocatable ones in __nv_relfatbin,
// those of cuBLASLt and cuDNN in .cask_resource; cuFFT keeps them in .ldata, TensorFlow's generated kernels stand in .rodata.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/elf/elf.h"

namespace gpuwhy::fatbin {

struct Image {
  std::uint16_t kind = 0;              // 1, 2, 8; others are kept as they are
  std::uint32_t target = 0;            // 90
  char suffix = 0;                     // 'a', 'f' or 0
  std::uint16_t major = 0, minor = 0;  // of PTX: its ISA version

  auto operator<=>(const Image&) const = default;
};

constexpr std::uint16_t kind_ptx = 1, kind_sass = 2, kind_nvvm = 8;

// "sm_90a", "compute_90", "lto_75", "kind16_80".
std::string name_of(const Image& image);

// Containers that hold the same list of images.
struct Group {
  std::vector<Image> images;  // sorted
  std::uint64_t containers = 0;

  bool operator==(const Group&) const = default;
};

enum class State {
  whole,    // every container was read; `groups` is empty when the file holds no device code
  damaged,  // a container or a section is cut or overwritten: `problem` says where; `groups` holds what could be read
  not_elf,  // no little-endian 64-bit ELF
  unread,   // one of our own reads failed: nothing is known
};

// How far the file is searched.
enum class Depth {
  sections,   // the sections made for device code
  constants,  // and .rodata and .ldata, which are read as a whole
  data,       // and every other section that is loaded and holds no instructions
};

struct Content {
  State state = State::unread;
  std::string problem;        // "" unless damaged or not_elf
  std::vector<Group> groups;  // the most frequent first
  std::uint64_t containers = 0, images = 0;
  std::uint64_t images_in_code_sections = 0;  // of .nv_fatbin and __nv_relfatbin, where cuobjdump looks; the others were found by scanning
  std::uint64_t damaged_places = 0;

  bool operator==(const Content&) const = default;
};

// The work is bounded whatever the file says.
Content read_device_code(elf::Reader& reader, Depth depth);

}  // namespace gpuwhy::fatbin
