// A target described by hand: gpu=T4,driver=535.104.05,cuda=12.2,python=3.11,os=ubuntu22.04,torch=2.10.0+cu128. Used by engine/target.cpp.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/snapshot.h"

namespace gpuwhy::targets {

// Its first element is KEY=VALUE, and the key is one that is known or a package.
bool is_by_hand(std::string_view text);

// What is not said is unknown. `gpu=none` is a machine without a card, `gpu=T4x2` one with two; a card that no table knows is refused,
// `gpu=8.9` names a compute capability.
Result<Snapshot> make_by_hand(std::string_view text);

}  // namespace gpuwhy::targets
