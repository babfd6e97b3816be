// expect: cannot convert
// A fact does not turn into its value by itself.
#include <cstdint>

#include "model/fact.h"

std::int64_t check(const gpuwhy::Fact<std::int64_t>& count) {
#ifdef MISTAKE
  std::int64_t value = count;
#else
  std::int64_t value = count.is_known() ? *count : -1;
#endif
  return value;
}
