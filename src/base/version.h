// Versions as they appear in this field: "570.124.06", "12.8", "2.20.0rc1", "2.10.0+cu128". Compared number by number; missing numbers
// count as 0; a pre-release ("rc1", ".dev") sorts before its release; what follows '+' (PEP 440 local part) is kept but not compared.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy {

class Version {
 public:
  // Nothing when the text does not begin with a number.
  static std::optional<Version> parse(std::string_view text);

  int major() const { return number(0); }
  int minor() const { return number(1); }
  int number(std::size_t index) const { return index < numbers_.size() ? numbers_[index] : 0; }
  std::size_t size() const { return numbers_.size(); }
  bool is_pre_release() const { return pre_release_; }
  const std::string& local() const { return local_; }  // "cu128" of "2.10.0+cu128"
  const std::string& text() const { return text_; }

  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == 0; }

 private:
  std::vector<int> numbers_;
  bool pre_release_ = false;
  std::string local_;
  std::string text_;
};

// A literal that is known to be one, for comparisons in rules: version("2.21").
Version version(std::string_view text);

}  // namespace gpuwhy
