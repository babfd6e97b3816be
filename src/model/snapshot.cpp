#include "model/snapshot.h"

namespace gpuwhy {

const std::string* Snapshot::variable(const std::string& name) const {
  auto found = variables.find(name);
  return found == variables.end() ? nullptr : &found->second;
}

}  // namespace gpuwhy
