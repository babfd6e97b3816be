// Text in UTF-16, as PowerShell's `>` and Windows' editors write it -> UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gpuwhy {

class Utf16Decoder {
 public:
  // By a byte order mark, or by zeros in every second byte; nothing for other text.
  static std::optional<Utf16Decoder> guess(std::string_view begin);

  // Pieces may end anywhere; a broken surrogate becomes U+FFFD.
  std::string decode(std::string_view piece);

 private:
  explicit Utf16Decoder(bool big_endian) : big_endian_(big_endian) {}
  void add_unit(std::uint32_t unit, std::string& text);

  bool big_endian_;
  int pending_ = -1;        // the first byte of a cut unit
  std::uint32_t high_ = 0;  // a high surrogate that waits for its low one
};

}  // namespace gpuwhy
