#include "evidence/literals.h"

#include <algorithm>
#include <cstring>

namespace gpuwhy {

namespace {

constexpr std::size_t block = 4;
constexpr unsigned hash_bits = 14;

// Folds letters to lower case and some other bytes together, which only costs a comparison now and then.
std::uint32_t hash_of(const char* at) {
  std::uint32_t word = 0;
  std::memcpy(&word, at, block);
  word |= 0x20202020U;
  return (word * 2654435761U) >> (32 - hash_bits);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool stands_at(std::string_view text, std::size_t at, std::string_view literal) {
  if (text.size() - at < literal.size()) return false;
  for (std::size_t i = 0; i < literal.size(); ++i)
    if (lower(text[at + i]) != literal[i]) return false;
  return true;
}

}  // namespace

LiteralSet::LiteralSet(std::vector<Entry> entries) : entries_(std::move(entries)) {
  window_ = 16;
  for (const Entry& entry : entries_) window_ = std::min(window_, entry.literal.size());
  std::size_t most = window_ >= block ? window_ - block + 1 : 1;
  shift_.assign(std::size_t{1} << hash_bits, static_cast<std::uint8_t>(most));
  first_.assign((std::size_t{1} << hash_bits) + 1, 0);
  auto key = [&](const Entry& entry) { return hash_of(entry.literal.data() + window_ - block); };
  std::ranges::sort(entries_, [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  for (const Entry& entry : entries_) {
    for (std::size_t i = 0; i + block <= window_; ++i) {
      std::uint8_t& shift = shift_[hash_of(entry.literal.data() + i)];
      shift = std::min(shift, static_cast<std::uint8_t>(window_ - block - i));
    }
    ++first_[key(entry) + 1];
  }
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
}

template <class Found>
void LiteralSet::scan_with(std::string_view text, std::size_t from, Found&& found) const {
  if (entries_.empty() || text.size() < window_) return;
  for (std::size_t at = from; at + window_ <= text.size();) {
    std::uint32_t hash = hash_of(text.data() + at + window_ - block);
    if (std::uint8_t shift = shift_[hash]; shift != 0) {
      at += shift;
      continue;
    }
    for (std::uint32_t i = first_[hash]; i < first_[hash + 1]; ++i)
      if (stands_at(text, at, entries_[i].literal) && found(entries_[i].id, at)) return;
    ++at;
  }
}

void LiteralSet::scan(std::string_view text, const std::function<void(std::uint32_t, std::size_t)>& found) const {
  scan_with(text, 0, [&](std::uint32_t id, std::size_t at) {
    found(id, at);
    return false;
  });
}

std::size_t LiteralSet::find_first(std::string_view text, std::size_t from, std::uint32_t& id) const {
  std::size_t place = std::string_view::npos;
  scan_with(text, from, [&](std::uint32_t found, std::size_t at) {
    place = at, id = found;
    return true;
  });
  return place;
}

}  // namespace gpuwhy
