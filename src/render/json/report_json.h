// Report -> JSON of schema gpuwhy.report/1 (docs/schema/report.schema.json). The same report gives the same bytes.
#pragma once

#include <string>

#include "model/report.h"

namespace gpuwhy {

// Always valid UTF-8, never coloured, ends with a line feed. The machine's name is replaced by "host-1"; any other redaction is the
// caller's (store/). What is not known is null, never 0 or "".
std::string render_json(const Report& report);

}  // namespace gpuwhy
