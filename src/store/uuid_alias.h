// Aliases for UUIDs under which a prefix stays a prefix. CUDA_VISIBLE_DEVICES may abbreviate a UUID, and whether an abbreviation fits no
// card, one or several decides what a program sees. So the digits are renamed one by one along a tree: below each prefix seen so far, the
// first digit that occurs becomes 'a', the next different one 'b', and so on. Two texts share n digits after it exactly when they shared n
// before, and nothing of the original is left but that. Letters come first because they have a case, which is kept; hyphens stay.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace gpuwhy {

class UuidAlias {
 public:
  // `digits`: hexadecimal digits and hyphens, without "GPU-" or "MIG-". The order of the calls decides the aliases.
  std::string rename(std::string_view digits);

 private:
  struct Node {
    std::string seen;  // digits in lower case, in order of appearance
    std::array<std::unique_ptr<Node>, 16> next;
  };
  Node root_;
};

}  // namespace gpuwhy
