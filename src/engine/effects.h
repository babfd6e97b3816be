// What a cure would make of a machine: its effects applied to a copy of the snapshot, so that the gates can be played again. Pure.
#pragma once

#include <vector>

#include "model/finding.h"
#include "model/snapshot.h"

namespace gpuwhy {

// The same snapshot when none of the effects changes anything.
Snapshot with_effects(const Snapshot& snapshot, const std::vector<Effect>& effects);

}  // namespace gpuwhy
