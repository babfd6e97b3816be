// Listings of folders, each read once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sys/machine.h"

namespace gpuwhy {

class Folders {
 public:
  explicit Folders(Machine& machine) : machine_(machine) {}

  const Access<std::vector<std::string>>& list(const std::string& folder) {
    auto found = listings_.find(folder);
    if (found == listings_.end()) found = listings_.emplace(folder, machine_.list(folder)).first;
    return found->second;
  }
  Machine& machine() { return machine_; }

 private:
  Machine& machine_;
  std::map<std::string, Access<std::vector<std::string>>> listings_;
};

}  // namespace gpuwhy
