#include "evidence/sieve.h"

#include <algorithm>

namespace gpuwhy {

namespace {

constexpr std::size_t whole_head = 1 << 20;    // bytes at the beginning that are kept as they are
constexpr std::size_t whole_tail = 1 << 20;    // and at the end
constexpr std::size_t kept_limit = 6 << 20;    // bytes of lines with a literal, and their neighbours
constexpr std::size_t longest_line = 1 << 16;  // a longer one is cut into pieces that share its number
constexpr std::size_t most_tail_lines = 30'000;
constexpr std::size_t lines_behind = 40;   // enough for a traceback
constexpr std::uint32_t most_hits = 1000;  // of one literal

// One pass that the compiler turns into vector code.
__attribute__((optimize("O3"))) std::uint64_t count_lines(std::string_view text) {
  std::uint64_t count = 0;
  for (char c : text) count += c == '\n';
  return count;
}

}  // namespace

Sieve::Sieve(std::vector<std::string> literals) : literals_(std::move(literals)), hits_(literals_.size(), 0) { build_set(); }

Sieve::~Sieve() = default;

void Sieve::build_set() {
  std::vector<LiteralSet::Entry> entries;
  for (std::size_t i = 0; i < literals_.size(); ++i)
    if (hits_[i] < most_hits) entries.push_back({literals_[i], static_cast<std::uint32_t>(i)});
  set_ = std::make_unique<LiteralSet>(std::move(entries));
}

void Sieve::keep(std::string_view line, std::uint64_t number) {
  while (!line.empty() && kept_bytes_ < kept_limit + whole_head) {
    std::string_view piece = line.substr(0, longest_line);
    kept_.push_back({static_cast<std::size_t>(number), std::string(piece), 0});
    kept_bytes_ += piece.size() + sizeof(Line);
    line.remove_prefix(piece.size());
  }
}

void Sieve::feed(std::string_view piece) {
  std::size_t end = piece.rfind('\n');
  if (end == std::string_view::npos) {
    carry_ += piece;
    if (carry_.size() < longest_line) return;
    take_block(carry_);
    carry_.clear();
    return;
  }
  if (carry_.empty()) {
    take_block(piece.substr(0, end + 1));
  } else {
    std::size_t first = piece.find('\n');
    carry_ += piece.substr(0, first + 1);
    take_block(carry_);
    if (first < end) take_block(piece.substr(first + 1, end - first));
    carry_.clear();
  }
  carry_ = piece.substr(end + 1);
}

void Sieve::take_block(std::string_view block) {
  if (taken_ < whole_head) {
    std::size_t at = 0;
    std::uint64_t number = lines_before_;
    while (at < block.size()) {
      std::size_t end = std::min(block.find('\n', at), block.size());
      keep(block.substr(at, end - at), ++number);
      at = end + 1;
    }
  } else {
    keep_hits(block);
  }
  taken_ += block.size();
  lines_before_ += count_lines(block);
  if (block.size() >= whole_tail) {
    tail_ = block.substr(block.size() - whole_tail);
  } else {
    if (tail_.size() + block.size() > 2 * whole_tail) tail_.erase(0, tail_.size() - (whole_tail - block.size()));
    tail_ += block;
  }
}

// The line of a hit, two before it and what is owed behind it.
void Sieve::keep_hits(std::string_view block) {
  std::size_t at = 0, counted = 0;
  std::uint64_t number = lines_before_ + 1;
  auto number_at = [&](std::size_t place) {
    number += count_lines(block.substr(counted, place - counted));
    counted = place;
    return number;
  };
  for (; owed_ > 0 && at < block.size(); --owed_) {
    std::size_t end = std::min(block.find('\n', at), block.size());
    keep(block.substr(at, end - at), number_at(at));
    at = end + 1;
  }
  while (at < block.size()) {
    std::uint32_t id = 0;
    std::size_t hit = set_->find_first(block, at, id);
    if (hit == std::string_view::npos) return;
    if (++hits_[id] == most_hits) build_set();
    std::size_t begin = hit;
    for (int line = 0; line < 3 && begin > at; ++line) {
      std::size_t newline = block.rfind('\n', begin - 1);
      begin = newline == std::string_view::npos || newline < at ? at : newline + (line == 2 ? 1 : 0);
    }
    if (begin < block.size() && block[begin] == '\n') ++begin;
    std::size_t next = begin;
    owed_ = lines_behind;
    bool past_hit = false;
    while (next < block.size() && owed_ > 0) {
      std::size_t end = std::min(block.find('\n', next), block.size());
      keep(block.substr(next, end - next), number_at(next));
      past_hit = past_hit || end >= hit;
      if (past_hit) --owed_;
      next = end + 1;
    }
    at = next;
  }
}

std::vector<Line> Sieve::finish() {
  if (!carry_.empty()) {
    carry_ += '\n';
    std::string last = std::move(carry_);
    take_block(last);
  }
  if (tail_.size() > whole_tail) tail_.erase(0, tail_.size() - whole_tail);
  // The end of the log, as far as it was not kept already.
  std::uint64_t number = lines_before_ - count_lines(tail_);
  std::size_t at = taken_ > tail_.size() ? tail_.find('\n') + 1 : 0;
  if (at > 0) ++number;
  // Of line ends alone a megabyte would be a million lines.
  for (std::uint64_t left = count_lines(std::string_view(tail_).substr(at)); left > most_tail_lines; --left, ++number)
    at = tail_.find('\n', at) + 1;
  std::uint64_t last_kept = kept_.empty() ? 0 : kept_.back().number;
  for (; at < tail_.size();) {
    std::size_t end = std::min(tail_.find('\n', at), tail_.size());
    if (++number > last_kept) kept_.push_back({static_cast<std::size_t>(number), tail_.substr(at, std::min(end - at, longest_line)), 0});
    at = end + 1;
  }
  return std::move(kept_);
}

}  // namespace gpuwhy
