// A bounded little-endian cursor: every read checks what is left, so a parser cannot step outside its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gpuwhy {

using Bytes = std::string_view;  // a view of raw bytes; never assumed to be text

// The part [offset, offset+length) of `bytes`, or nothing when it does not lie inside.
std::optional<Bytes> slice(Bytes bytes, std::uint64_t offset, std::uint64_t length);

// The zero-terminated string at `offset`, or nothing when the offset is outside or no terminator follows.
std::optional<std::string_view> c_string_at(Bytes bytes, std::uint64_t offset);

class Cursor {
 public:
  explicit Cursor(Bytes bytes, std::uint64_t offset = 0) : bytes_(bytes), offset_(offset) {}

  std::optional<std::uint8_t> u8() { return little_endian<std::uint8_t>(); }
  std::optional<std::uint16_t> u16() { return little_endian<std::uint16_t>(); }
  std::optional<std::uint32_t> u32() { return little_endian<std::uint32_t>(); }
  std::optional<std::uint64_t> u64() { return little_endian<std::uint64_t>(); }
  std::optional<Bytes> take(std::uint64_t length);
  bool skip(std::uint64_t length) { return take(length).has_value(); }
  std::uint64_t offset() const { return offset_; }
  std::uint64_t left() const { return offset_ < bytes_.size() ? bytes_.size() - offset_ : 0; }

 private:
  template <class T>
  std::optional<T> little_endian() {
    auto part = take(sizeof(T));
    if (!part) return std::nullopt;
    T value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) value = static_cast<T>(value << 7 << 1 | static_cast<std::uint8_t>((*part)[i]));
    return value;
  }

  Bytes bytes_;
  std::uint64_t offset_;
};

}  // namespace gpuwhy
