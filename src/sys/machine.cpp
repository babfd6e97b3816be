#include "sys/machine.h"

namespace gpuwhy {

// The first one counts, as for getenv() of the C library.
std::string Machine::variable(std::string_view name) const {
  for (const Variable& variable : environment())
    if (variable.name == name) return variable.value;
  return {};
}

bool Machine::has_variable(std::string_view name) const {
  for (const Variable& variable : environment())
    if (variable.name == name) return true;
  return false;
}

}  // namespace gpuwhy
