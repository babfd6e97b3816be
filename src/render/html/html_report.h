// Report -> one page to look at, schema-free: the answer, the cause with its evidence and cure, the stack of layers. Pure.
#pragma once

#include <string>
#include <string_view>

#include "model/comparison.h"
#include "model/report.h"

namespace gpuwhy {

// One file of valid HTML that needs no script and fetches nothing. `snapshot`: the JSON of the snapshot that the report was made from, ""
// when there is none; it is put into the page (find_embedded_snapshots() of render/html/embedded_snapshot.h). Redaction of both is the
// caller's.
std::string render_html(const Report& report, std::string_view snapshot);
std::string render_html(const Comparison& comparison, std::string_view there, std::string_view here);

}  // namespace gpuwhy
