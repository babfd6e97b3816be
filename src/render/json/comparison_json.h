// Comparison -> JSON of schema gpuwhy.diff/1 (docs/schema/diff.schema.json). The same comparison gives the same bytes.
#pragma once

#include <string>

#include "model/comparison.h"

namespace gpuwhy {

// Always valid UTF-8, never coloured, ends with a line feed. Redaction is the caller's (store/). A value that is not known is null; a
// value that there is none of is "".
std::string render_json(const Comparison& comparison);

}  // namespace gpuwhy
