// expect: no match for 'operator<<'
// A private text is printed by nobody who does not open it by name.
#include <ostream>
#include <string>

#include "model/private.h"

void show(std::ostream& out, const gpuwhy::Private<std::string>& user) {
#ifdef MISTAKE
  out << user;
#else
  out << user.reveal();
#endif
}
