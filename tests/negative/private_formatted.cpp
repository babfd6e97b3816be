// expect: static assertion failed: Cannot format an argument
// The same for fmt.
#include <fmt/format.h>

#include <string>

#include "model/private.h"

std::string show(const gpuwhy::Private<std::string>& user) {
#ifdef MISTAKE
  return fmt::format("{}", user);
#else
  return fmt::format("{}", user.reveal());
#endif
}
