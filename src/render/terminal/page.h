// The catalogue of causes on a terminal: `gpuwhy causes` and `gpuwhy causes SLUG`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/layer.h"
#include "render/terminal/terminal.h"

namespace gpuwhy {

// The page of a cause (cause.md): its front matter becomes a small header, headings stand out, paragraphs and lists are wrapped, code
// blocks and tables are kept as they are. Knows the Markdown that the pages use; anything else is shown as text.
std::string render_cause_page(std::string_view markdown, const TerminalOptions& options);

struct CauseEntry {
  std::string_view slug, title;
  Layer layer = Layer::hardware;
};

// Grouped by layer, bottom of the ladder first; the given order is kept inside a layer.
std::string render_cause_list(const std::vector<CauseEntry>& causes, const TerminalOptions& options);
// The answer of a search: in the order given, without headings.
std::string render_found_causes(const std::vector<CauseEntry>& causes, const TerminalOptions& options);

}  // namespace gpuwhy
