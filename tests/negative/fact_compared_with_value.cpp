// expect: no match for 'operator=='
// `fact == value` would be false for an unknown fact; is() says what it means.
#include <string>

#include "model/fact.h"

bool check(const gpuwhy::Fact<std::string>& driver) {
#ifdef MISTAKE
  return driver == std::string("nouveau");
#else
  return driver.is(std::string("nouveau"));
#endif
}
