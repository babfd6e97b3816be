// What two machines differ in, in units that can be carried over from one to the other. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/comparison.h"
#include "model/snapshot.h"

namespace gpuwhy {

struct CarriedDifference : Difference {
  // Makes a copy of the failing machine like the working one in this respect; empty where no snapshot can express it.
  std::function<void(Snapshot&)> carry;
  // Stands for what many small differences have in common (that every library is found); told only where it is causal.
  bool is_summary = false;
};

// `works` and `fails` are judged by their first active environment. The list begins with what changes least: a variable before a package,
// a package before a driver, so that of several carriers the smallest is found first.
std::vector<CarriedDifference> find_differences(const Snapshot& works, const Snapshot& fails);

}  // namespace gpuwhy
