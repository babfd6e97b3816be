// GW_CHECK: an invariant of our own. It throws in every build; the engine's border turns it into the verdict `Crashed`,
// so that one broken rule never takes the answer of the others with it.
#pragma once

#include <stdexcept>
#include <string>

namespace gpuwhy {

class BrokenInvariant : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] inline void broken_invariant(const char* condition, const char* file, int line) {
  throw BrokenInvariant(std::string(file) + ":" + std::to_string(line) + ": " + condition);
}

}  // namespace gpuwhy

#define GW_CHECK(condition) ((condition) ? void() : ::gpuwhy::broken_invariant(#condition, __FILE__, __LINE__))
