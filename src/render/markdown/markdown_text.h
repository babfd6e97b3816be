// Pieces of Markdown that nothing from outside can break out of. Internal to render/markdown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"

namespace gpuwhy::render::markdown {

std::string escaped(std::string_view text);  // characters that mean something to Markdown or HTML are taken literally
std::string fenced(const std::vector<std::string>& lines, std::string_view language);  // a fence longer than any run of backticks inside
std::string code_word(std::string_view slug);

std::string remedy_text(const Remedy& remedy);
// Headline, slug, proof and first cure.
std::string finding_text(const RankedFinding& ranked);
// "hardware ✓ · kernel driver ✗ · device nodes –"; empty without a ladder.
std::string ladder_line(const Report& report);
std::string footer(const Report& report);

// At most `limit` of them, and how many more there are: a comment in an issue tracker stays short.
std::vector<std::string> bounded(std::vector<std::string> lines, std::size_t limit);

}  // namespace gpuwhy::render::markdown
