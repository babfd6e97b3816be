// What our own operations return when they can fail (house rule: a state of the machine is a Fact, never an Error).
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace gpuwhy {

struct Error {
  std::string message;  // one line, for the user
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string message) { return std::unexpected(Error{std::move(message)}); }

}  // namespace gpuwhy
