// A text of a machine where it works beside one of a machine where it does not.
#pragma once

#include <string>
#include <vector>

#include "evidence/reading.h"

namespace gpuwhy {

// "driver: 535.183.01 where it works, 470.82.01 here", for every clue that both texts give with another value, and for what only one of
// them has where that may matter. What concerns the machine comes before what concerns packages.
std::vector<std::string> differences(const Reading& works, const Reading& fails);

}  // namespace gpuwhy
