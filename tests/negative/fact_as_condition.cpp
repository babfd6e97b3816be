// expect: could not convert
// An unknown fact is not a false one, so a fact is no condition.
#include "model/fact.h"

int check(const gpuwhy::Fact<bool>& loaded) {
#ifdef MISTAKE
  if (loaded) return 1;
#else
  if (loaded.is_known() && *loaded) return 1;
#endif
  return 0;
}
