// How a process ended, as a shell, a launcher, a container engine or a scheduler tells it: clues signal (SEGV, ABRT, KILL, ...) and exit.
#pragma once

#include <span>

#include "evidence/clues.h"
#include "evidence/line.h"

namespace gpuwhy {

void read_endings(std::span<const Line> lines, Clues& clues);

}  // namespace gpuwhy
