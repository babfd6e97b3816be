// Comparison -> Markdown for an issue tracker: the sentence, the cause, the cure, both ladders. Pure.
#pragma once

#include <string>

#include "model/comparison.h"

namespace gpuwhy {

// Escaped and fenced as the report's Markdown; under 60 lines. Redaction is the caller's.
std::string render_markdown(const Comparison& comparison);

}  // namespace gpuwhy
