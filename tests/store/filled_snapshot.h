// Snapshots for tests, filled by the field list itself: a new field is filled, and tested, without anyone thinking of it.
#pragma once

#include <algorithm>
#include <concepts>
#include <limits>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/describe.h"

namespace gpuwhy::testing {

// Every field gets its own value; the state of each Fact goes around with `seed`, so that seeds 0 to 7 show every fact in every state.
class Filler {
 public:
  explicit Filler(unsigned seed) : seed_(seed) {}

  void operator()(Field field, auto& member) {
    name_ = std::string(field.name);
    fill(member);
  }

 private:
  void fill(std::string& text) { text = name_ + " \"" + std::to_string(++count_) + "\" \xc3\xa4\n\\"; }
  void fill(bool& value) { value = (++count_ + seed_) % 2 == 0; }
  template <std::integral T>
  requires(!std::same_as<T, bool>) void fill(T& value) {
    ++count_;
    if (count_ % 3 == 0) value = std::numeric_limits<T>::max();
    else if (count_ % 3 == 1) value = std::numeric_limits<T>::min();
    else value = static_cast<T>(count_);
  }
  template <NamedEnum E>
  void fill(E& value) {
    value = static_cast<E>((++count_ + seed_) % enum_words<E>.size());
  }
  template <class T>
  void fill(Private<T>& value) {
    T inside{};
    fill(inside);
    value = Private<T>(std::move(inside));
  }
  template <class T>
  void fill(std::vector<T>& list) {
    for (int i = 0; i < 2; ++i) fill(list.emplace_back());
  }
  template <class T>
  void fill(std::map<std::string, T>& map) {
    for (const char* key : {"", "A", "b c"}) fill(map[key]);
  }
  template <class T>
  void fill(Fact<T>& fact) {
    unsigned state = (++facts_ + seed_) % 8;
    Evidence evidence;
    if (state % 2 == 1) evidence = {static_cast<Source>(facts_ % enum_words<Source>.size()), name_ + " place", state == 3 ? "" : "excerpt"};
    T value{};
    if (state < 3) fill(value);
    if (state < 4) fact = Fact<T>::known(std::move(value), evidence);  // in state 3 an empty value, which is not the same as none
    else if (state < 6) fact = Fact<T>::absent(evidence);
    else fact = Fact<T>::unknown(static_cast<Why>(facts_ % enum_words<Why>.size()), state == 6 ? "" : "in detail", evidence);
  }
  template <class S>
  requires std::is_class_v<S>
  void fill(S& section) { for_each_field(*this, section); }

  unsigned seed_, count_ = 0, facts_ = 0;
  std::string name_;
};

inline Snapshot filled_snapshot(unsigned seed) {
  Snapshot snapshot;
  Filler filler(seed);
  for_each_field(filler, snapshot);
  auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
  std::sort(snapshot.libraries.candidates.begin(), snapshot.libraries.candidates.end(), by_path);
  std::sort(snapshot.libraries.folders.begin(), snapshot.libraries.folders.end(), by_path);
  return snapshot;
}

}  // namespace gpuwhy::testing
