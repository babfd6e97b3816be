#include "evidence/utf16.h"

#include <algorithm>

namespace gpuwhy {

namespace {

void add_utf8(std::uint32_t point, std::string& text) {
  auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0 | point >> 6), add(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    add(0xE0 | point >> 12), add(0x80 | (point >> 6 & 0x3F)), add(0x80 | (point & 0x3F));
  } else {
    add(0xF0 | point >> 18), add(0x80 | (point >> 12 & 0x3F)), add(0x80 | (point >> 6 & 0x3F)), add(0x80 | (point & 0x3F));
  }
}

}  // namespace

std::optional<Utf16Decoder> Utf16Decoder::guess(std::string_view begin) {
  if (begin.starts_with("\xff\xfe")) return Utf16Decoder(false);
  if (begin.starts_with("\xfe\xff")) return Utf16Decoder(true);
  std::string_view sample = begin.substr(0, 400);
  if (sample.size() < 8) return std::nullopt;
  std::size_t even = 0, odd = 0;
  for (std::size_t i = 0; i < sample.size(); ++i)
    if (sample[i] == '\0') ++(i % 2 ? odd : even);
  if (odd * 5 > sample.size() * 2 && even * 20 < sample.size()) return Utf16Decoder(false);
  if (even * 5 > sample.size() * 2 && odd * 20 < sample.size()) return Utf16Decoder(true);
  return std::nullopt;
}

void Utf16Decoder::add_unit(std::uint32_t unit, std::string& text) {
  constexpr std::uint32_t replacement = 0xFFFD;
  bool is_high = unit >= 0xD800 && unit < 0xDC00, is_low = unit >= 0xDC00 && unit < 0xE000;
  if (high_ && is_low) {
    add_utf8(0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00), text);
    high_ = 0;
    return;
  }
  if (high_) add_utf8(replacement, text);
  high_ = is_high ? unit : 0;
  if (is_low) add_utf8(replacement, text);
  else if (!is_high && unit != 0xFEFF) add_utf8(unit, text);
}

std::string Utf16Decoder::decode(std::string_view piece) {
  std::string text;
  text.reserve(piece.size());
  for (char c : piece) {
    auto byte = static_cast<unsigned char>(c);
    if (pending_ < 0) {
      pending_ = byte;
      continue;
    }
    auto first = static_cast<std::uint32_t>(pending_);
    add_unit(big_endian_ ? first << 8 | byte : static_cast<std::uint32_t>(byte) << 8 | first, text);
    pending_ = -1;
  }
  return text;
}

}  // namespace gpuwhy
