// Private<T>: a user, a host, a serial. It cannot be printed or converted; only the redaction in store/ and a renderer for the user's own
// terminal open it, by name.
#pragma once

#include <utility>

namespace gpuwhy {

template <class T>
class Private {
 public:
  Private() = default;
  explicit Private(T value) : value_(std::move(value)) {}
  const T& reveal() const { return value_; }
  bool operator==(const Private&) const = default;

 private:
  T value_{};
};

}  // namespace gpuwhy
