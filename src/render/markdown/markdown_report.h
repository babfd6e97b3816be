// Report -> Markdown that can be pasted as an answer into an issue tracker. Pure.
#pragma once

#include <string>

#include "model/report.h"

namespace gpuwhy {

// What a text shows stands in code blocks that it cannot close; elsewhere it is escaped, so it can paint no link, tag or table.
std::string render_markdown(const Report& report);

}  // namespace gpuwhy
