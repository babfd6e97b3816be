// expect: has no member named 'value_or'
// There is no "value or default": it would take "I could not look" for an answer.
#include <string>

#include "model/fact.h"

std::string check(const gpuwhy::Fact<std::string>& driver) {
#ifdef MISTAKE
  return driver.value_or("");
#else
  return driver.is_known() ? *driver : "not known";
#endif
}
