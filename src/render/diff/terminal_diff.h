// Comparison -> the text of `gpuwhy diff`: the sentence, what was carried over, the cure, and how much does not matter. Pure.
#pragma once

#include <string>

#include "model/comparison.h"
#include "render/terminal/terminal.h"

namespace gpuwhy {

std::string render_terminal(const Comparison& comparison, const TerminalOptions& options);

}  // namespace gpuwhy
