// expect: list the fields of this struct in model/describe.h
// A struct whose fields are not listed is not written as an empty one.
#include "store/json_fields.h"

namespace gpuwhy {

struct NewSection {
  int member = 0;
};

#ifndef MISTAKE
void describe(auto& v, Of<NewSection> auto& s) { v("member", s.member); }
#endif

nlohmann::ordered_json write(const NewSection& section) { return json_fields::to_json(section); }

}  // namespace gpuwhy
