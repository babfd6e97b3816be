// The architectures that a build holds against the card. Private to derive_device_pairs.
#pragma once

#include "evidence/clues.h"

namespace gpuwhy {

// gpu.cc from gpu.sm and, where it matters, from the card's name; then
//   pair.gpu-too-new, pair.gpu-too-old              the text itself lists what the build holds (arch.list, arch.min, arch.max)
//   pair.build-older-than-gpu, pair.build-newer-than-gpu   the tables know what that version holds
void derive_architecture_pairs(Clues& clues);

}  // namespace gpuwhy
