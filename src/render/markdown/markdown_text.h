// Pieces of Markdown that nothing from outside can break out of. Internal to render/markdown.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"

namespace gpuwhy::render::markdown {

std::string escaped(std::string_view text);  // characters that mean something to Markdown or HTML are taken literally
std::string fenced(const std::vector<std::string>& lines, std::string_view language);  // a fence longer than any run of backticks inside
std::string code_word(std::string_view slug);

// Headline, slug, proof and first cure, none of their lists longer than `limit`.
std::string finding_text(const RankedFinding& ranked, std::size_t limit);
// "hardware ✓ · kernel driver ✗ · device nodes –"; empty without a ladder.
std::string ladder_line(const Report& report);
std::string footer(const Report& report);

// At most `limit` of them, and how many more there are.
std::vector<std::string> bounded(std::vector<std::string> lines, std::size_t limit, std::string_view lead = "");
// A list of "- " lines under a line that leads to it; "" for none.
std::string list(std::vector<std::string> lines, std::size_t limit, std::string_view lead = "");

// A comment in an issue tracker stays under 60 lines: lists give way, the answer and the cure do not.
std::string fitted(const std::function<std::string(std::size_t limit)>& render);

}  // namespace gpuwhy::render::markdown
