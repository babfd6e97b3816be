// The Markdown of our own pages (cause.md), as a flat list of blocks. Pure; anything that is not understood stays a paragraph.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "render/terminal/sheet.h"

namespace gpuwhy::render {

enum class BlockKind { heading, paragraph, item, code, quote };

struct MarkdownBlock {
  BlockKind kind = BlockKind::paragraph;
  std::size_t level = 0;           // heading: 1..6; item: its depth from 0
  std::string marker;              // item: "-" or "3."
  std::string text;                // joined lines; code: unused
  std::vector<std::string> lines;  // code and tables: as they are
};

struct MarkdownPage {
  std::map<std::string, std::string, std::less<>> front_matter;  // "slug" -> "cudnn-missing"
  std::vector<MarkdownBlock> blocks;
};

MarkdownPage parse_markdown(std::string_view markdown);

// Emphasis, code, links and escapes of one paragraph. Code keeps its backquotes: colour alone would carry the meaning.
std::vector<Span> inline_spans(std::string_view text);

}  // namespace gpuwhy::render
