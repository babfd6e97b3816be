// Reads at virtual addresses, as the loader sees a file once it is mapped: an address leads through the loadable segments to file bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "formats/elf/elf.h"

namespace gpuwhy::elf {

struct Segment {
  std::uint64_t address = 0, offset = 0, file_size = 0;
};

// Remembers the windows it read, because the names of one library lie close together.
class MappedReader {
 public:
  MappedReader(Reader& reader, std::vector<Segment> segments) : reader_(reader), segments_(std::move(segments)) {}

  // `length` bytes at `address` or fewer at the end of its segment; nothing when no segment holds it.
  std::optional<std::string> bytes_at(std::uint64_t address, std::size_t length);
  // The zero-terminated string at `address`; nothing when it leaves its segment or exceeds `longest` bytes.
  std::optional<std::string> string_at(std::uint64_t address, std::size_t longest = 4096);

  bool read_failed() const { return read_failed_; }  // a read itself failed, so that "nothing" says nothing about the file

 private:
  struct Window {
    std::uint64_t offset = 0;
    std::string bytes;
  };
  struct Place {
    std::uint64_t offset = 0, left = 0;  // left: bytes until the end of the segment
  };
  std::optional<Place> place(std::uint64_t address) const;
  const Window* find_window(std::uint64_t offset) const;
  const Window* read_window(std::uint64_t offset, std::size_t length);

  Reader& reader_;
  std::vector<Segment> segments_;
  std::deque<Window> windows_;  // a deque: its elements stay where they are
  std::size_t bytes_read_ = 0;
  bool read_failed_ = false;
};

}  // namespace gpuwhy::elf
