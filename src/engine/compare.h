// Why there and not here: two machines, of which one works, down to the difference that is the cause. Pure.
#pragma once

#include <string>

#include "engine/judge.h"
#include "model/comparison.h"

namespace gpuwhy {

struct Side {
  std::string name;  // as its user called it: "laptop.json", "here", "colab:gpu"
  Snapshot snapshot;
};

Comparison compare(const Side& a, const Side& b, const JudgeOptions& options);

}  // namespace gpuwhy
