#include "formats/elf/mapped_reader.h"

#include <algorithm>

namespace gpuwhy::elf {
namespace {

constexpr std::size_t window_before = 1024;  // names lie in no order: the neighbour in front is as likely as the one behind
constexpr std::size_t window_behind = 5120;
constexpr std::size_t most_windows = 512, most_bytes = 16 << 20;  // a hostile file may scatter its names over gigabytes

}  // namespace

std::optional<MappedReader::Place> MappedReader::place(std::uint64_t address) const {
  for (const Segment& segment : segments_) {
    if (address < segment.address || address - segment.address >= segment.file_size) continue;
    std::uint64_t inside = address - segment.address;
    return Place{segment.offset + inside, segment.file_size - inside};
  }
  return std::nullopt;
}

std::optional<std::string> MappedReader::bytes_at(std::uint64_t address, std::size_t length) {
  auto where = place(address);
  if (!where) return std::nullopt;
  auto bytes = reader_.read_at(where->offset, static_cast<std::size_t>(std::min<std::uint64_t>(length, where->left)));
  if (!bytes) read_failed_ = true;
  return bytes;
}

const MappedReader::Window* MappedReader::find_window(std::uint64_t offset) const {
  for (const Window& window : windows_)
    if (offset >= window.offset && offset - window.offset < window.bytes.size()) return &window;
  return nullptr;
}

// From a little before `offset` to `length` bytes behind it.
const MappedReader::Window* MappedReader::read_window(std::uint64_t offset, std::size_t length) {
  if (windows_.size() >= most_windows || bytes_read_ >= most_bytes) return nullptr;
  std::uint64_t start = offset - std::min<std::uint64_t>(offset, window_before);
  auto bytes = reader_.read_at(start, static_cast<std::size_t>(offset - start) + length);
  if (!bytes) {
    read_failed_ = true;
    return nullptr;
  }
  bytes_read_ += bytes->size();
  if (bytes->size() <= offset - start) return nullptr;
  windows_.push_front({start, std::move(*bytes)});
  return &windows_.front();
}

std::optional<std::string> MappedReader::string_at(std::uint64_t address, std::size_t longest) {
  auto where = place(address);
  if (!where) return std::nullopt;
  const std::uint64_t most = std::min<std::uint64_t>(where->left, longest + 1);  // with its zero byte
  const Window* window = find_window(where->offset);
  for (std::size_t length = window_behind;; length *= 8) {
    if (!window) window = read_window(where->offset, length);
    if (!window) return std::nullopt;
    std::size_t start = static_cast<std::size_t>(where->offset - window->offset);
    std::size_t end = window->bytes.find('\0', start);
    if (end != std::string::npos) return end - start < most ? std::optional(window->bytes.substr(start, end - start)) : std::nullopt;
    if (window->bytes.size() - start >= most) return std::nullopt;
    bool at_end = window->bytes.size() - start < length && length > window_behind;
    if (at_end) return std::nullopt;
    window = nullptr;
  }
}

}  // namespace gpuwhy::elf
