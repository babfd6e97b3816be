// expect: no match for 'operator+'
// A private text does not slip into another one.
#include <string>

#include "model/private.h"

std::string show(const gpuwhy::Private<std::string>& user) {
#ifdef MISTAKE
  return "for " + user;
#else
  return "for " + user.reveal();
#endif
}
