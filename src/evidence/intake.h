// Bytes as a person pastes or pipes them -> lines. Knows what is no text at all and says so.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "evidence/line.h"

namespace gpuwhy {

struct Intake {
  std::vector<Line> lines;
  std::uint64_t bytes = 0;
  std::uint64_t line_count = 0;  // of the whole text, kept or not
  bool sieved = false;           // the text was long: only lines that can matter, and their neighbours, were kept
  std::string document;          // a snapshot or a report of gpuwhy, byte by byte; then there are no lines
  std::string problem;           // "this is a gzip file": why it was not read; "" = it was
};

// Fills the buffer and says how many bytes it put there; 0 at the end; negative when reading failed.
using ByteSource = std::function<std::int64_t(char* buffer, std::size_t size)>;

// Memory stays below some 16 MiB whatever the size; a document of gpuwhy may take as much again. `file` is put into every line.
Intake take_in(const ByteSource& source, std::size_t file = 0);

}  // namespace gpuwhy
