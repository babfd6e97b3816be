#include "causes/registry.h"

#include <vector>

namespace gpuwhy {

const Cause* find_cause(std::string_view slug) {
  for (const Cause& cause : all_causes())
    if (cause.slug == slug) return &cause;
  return nullptr;
}

bool entails(const Cause& cause, std::string_view other) {
  // The generator refuses cycles, so this ends.
  for (std::string_view next : cause.explains) {
    if (next == other) return true;
    const Cause* entailed = find_cause(next);
    if (entailed && entails(*entailed, other)) return true;
  }
  return false;
}

}  // namespace gpuwhy
