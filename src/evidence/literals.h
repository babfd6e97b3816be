// Many literals searched for at once (Wu and Manber, 1994: "A fast algorithm for multi-pattern searching"), letters in either case. What
// makes a log of a gigabyte readable in a second: most of its bytes are never looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy {

class LiteralSet {
 public:
  // Literals are lower case and at least four bytes long; ids are theirs to choose, several literals may share one.
  struct Entry {
    std::string_view literal;  // must outlive the set
    std::uint32_t id = 0;
  };
  explicit LiteralSet(std::vector<Entry> entries);

  // Calls `found` for every place where a literal stands, in no certain order within one place.
  void scan(std::string_view text, const std::function<void(std::uint32_t id, std::size_t at)>& found) const;

  // Where the first literal at or behind `from` stands, and whose it is; npos: none.
  std::size_t find_first(std::string_view text, std::size_t from, std::uint32_t& id) const;

 private:
  template <class Found>
  void scan_with(std::string_view text, std::size_t from, Found&& found) const;

  std::vector<Entry> entries_;        // sorted by the hash of the block that ends their window
  std::vector<std::uint8_t> shift_;   // by hash: how far the window may move
  std::vector<std::uint32_t> first_;  // by hash: where its entries begin; first_[hash + 1] is their end
  std::size_t window_ = 0;            // length of the shortest literal
};

}  // namespace gpuwhy
