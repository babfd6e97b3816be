// A file, a pipe or standard input, read from begin to end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace gpuwhy {

class ByteStream {
 public:
  explicit ByteStream(int descriptor) : descriptor_(descriptor) {}
  ByteStream(ByteStream&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ByteStream& operator=(ByteStream&&) = delete;
  ~ByteStream();

  // How many bytes were put into the buffer; 0 at the end, negative when reading failed.
  std::int64_t read(char* buffer, std::size_t size) const;

 private:
  int descriptor_;
};

// "-" is standard input.
Result<ByteStream> open_byte_stream(const std::string& name);

}  // namespace gpuwhy
