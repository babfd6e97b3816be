// Files of a PCI function in sysfs. Format of `resource`: Documentation/PCI/sysfs-pci.rst, its flags: include/linux/ioport.h of the Linux
// source.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::pci {

struct Resource {
  std::uint64_t start = 0, end = 0, flags = 0;
  bool is_empty() const { return start == 0 && end == 0 && flags == 0; }
  bool is_64_bit() const { return (flags & 0x00100000) != 0; }  // IORESOURCE_MEM_64: takes the next register too
  bool is_unset() const { return (flags & 0x20000000) != 0; }   // IORESOURCE_UNSET: wanted, but no address was found for it
  std::uint64_t size() const { return is_empty() || is_unset() || end < start || end - start == ~0ull ? 0 : end - start + 1; }
  bool operator==(const Resource&) const = default;
};

// "0x10de\n": one number in hexadecimal, of at most 32 bits. Nothing for anything else, such as a file written by half.
std::optional<std::uint32_t> parse_hex_id(Bytes bytes);

// The six base address registers of `resource`; nothing when one of its first six lines is missing or damaged.
std::optional<std::array<Resource, 6>> parse_resources(Bytes bytes);

struct Bar {
  int index = 0;
  std::uint64_t size = 0;  // bytes; 0 = not assigned
  bool operator==(const Bar&) const = default;
};

// The registers that the function uses. Linux blanks a register that it could not place, which looks like one that was never there;
// `is_nvidia_gpu` says that the function is a graphics card of NVIDIA, whose registers are known: control, memory window and a third one,
// at 0, 1, 3 or (where the first is 64 bits wide) 0, 2, 4.
std::vector<Bar> used_bars(const std::array<Resource, 6>& resources, bool is_nvidia_gpu);

// "0000:01:00.0", with a domain of four or more digits.
bool is_address(std::string_view name);

}  // namespace gpuwhy::pci
