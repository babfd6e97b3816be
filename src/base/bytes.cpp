#include "base/bytes.h"

namespace gpuwhy {

std::optional<Bytes> slice(Bytes bytes, std::uint64_t offset, std::uint64_t length) {
  if (offset > bytes.size() || length > bytes.size() - offset) return std::nullopt;
  return bytes.substr(offset, length);
}

std::optional<std::string_view> c_string_at(Bytes bytes, std::uint64_t offset) {
  if (offset >= bytes.size()) return std::nullopt;
  std::size_t end = bytes.find('\0', offset);
  if (end == Bytes::npos) return std::nullopt;
  return bytes.substr(offset, end - offset);
}

std::optional<Bytes> Cursor::take(std::uint64_t length) {
  auto part = slice(bytes_, offset_, length);
  if (part) offset_ += length;
  return part;
}

}  // namespace gpuwhy
