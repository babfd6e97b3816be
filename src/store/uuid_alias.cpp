#include "store/uuid_alias.h"

namespace gpuwhy {

std::string UuidAlias::rename(std::string_view digits) {
  constexpr std::string_view alphabet = "abcdef0123456789";
  constexpr std::size_t deepest = 64;  // twice a UUID; what is longer is none, and its tail tells nothing
  digits = digits.substr(0, deepest);
  std::string alias;
  Node* node = &root_;
  for (char c : digits) {
    bool is_upper = c >= 'A' && c <= 'F';
    char lower = is_upper ? static_cast<char>(c - 'A' + 'a') : c;
    if (!alphabet.contains(lower)) {
      alias += c;
      continue;
    }
    std::size_t rank = node->seen.find(lower);
    if (rank == std::string::npos) {
      rank = node->seen.size();
      node->seen += lower;
      node->next[rank] = std::make_unique<Node>();
    }
    char renamed = alphabet[rank];
    alias += is_upper && renamed >= 'a' ? static_cast<char>(renamed - 'a' + 'A') : renamed;
    node = node->next[rank].get();
  }
  return alias;
}

}  // namespace gpuwhy
