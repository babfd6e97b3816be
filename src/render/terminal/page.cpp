#include "render/terminal/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "render/terminal/markdown.h"
#include "render/text/words.h"

namespace gpuwhy {

namespace {

using namespace render;

constexpr std::size_t body_indent = 2;

// Front matter worth a reader's time, in this order; the rest is for the generator.
void page_header(const MarkdownPage& page, const TerminalOptions& options, Sheet& sheet) {
  auto field = [&](std::string_view name) {
    auto found = page.front_matter.find(name);
    return found == page.front_matter.end() ? std::string() : found->second;
  };
  const Marks& signs = marks(options.unicode);
  if (std::string slug = field("slug"); !slug.empty()) {
    std::vector<Span> spans = {{slug, Style::strong}};
    if (std::string title = field("title"); !title.empty()) spans.push_back({fmt::format(" {} {}", signs.dot, title)});
    sheet.paragraph(spans, {0, body_indent});
  }
  std::vector<std::string> facts;
  for (std::string_view name : {"layer", "severity", "since"})
    if (std::string value = field(name); !value.empty()) facts.push_back(fmt::format("{} {}", name, value));
  std::string explains = field("explains");
  if (explains.starts_with('[') && explains.ends_with(']'))
    explains = std::string(trim(std::string_view(explains).substr(1, explains.size() - 2)));
  if (!explains.empty()) facts.push_back("explains " + explains);
  sheet.paragraph({{join(facts, fmt::format(" {} ", signs.dot)), Style::dim}}, {0, body_indent});
}

void page_block(const MarkdownBlock& block, BlockKind previous, Sheet& sheet) {
  bool continues_list = block.kind == BlockKind::item && previous == BlockKind::item;
  if (previous != BlockKind::heading && !continues_list) sheet.blank();
  switch (block.kind) {
    case BlockKind::heading:
      sheet.blank();
      sheet.paragraph({{block.text, Style::strong}}, {block.level > 2 ? body_indent : 0, body_indent});
      return;
    case BlockKind::item: {
      std::size_t indent = body_indent + 2 * block.level;
      std::vector<Span> spans = inline_spans(block.text);
      spans.insert(spans.begin(), {block.marker + " ", Style::plain});
      sheet.paragraph(spans, {indent, indent + block.marker.size() + 1});
      return;
    }
    case BlockKind::code:
      for (const std::string& line : block.lines) {
        if (trim(line).empty()) sheet.blank();
        else sheet.verbatim({{replace_all(line, "\t", "    "), Style::command}}, body_indent + 2);
      }
      return;
    case BlockKind::quote:
    case BlockKind::paragraph: {
      std::size_t indent = block.kind == BlockKind::quote ? body_indent + 2 : body_indent;
      sheet.paragraph(inline_spans(block.text), {indent, indent});
      return;
    }
  }
}

}  // namespace

std::string render_cause_page(std::string_view markdown, const TerminalOptions& options) {
  MarkdownPage page = parse_markdown(markdown);
  Sheet sheet(options, {});
  page_header(page, options, sheet);
  BlockKind previous = BlockKind::paragraph;
  for (const MarkdownBlock& block : page.blocks) {
    page_block(block, previous, sheet);
    previous = block.kind;
  }
  return sheet.text();
}

std::string render_cause_list(const std::vector<CauseEntry>& causes, const TerminalOptions& options) {
  Sheet sheet(options, {});
  std::size_t widest = 0;
  for (const CauseEntry& cause : causes) widest = std::max(widest, cause.slug.size());
  for (std::size_t i = 0; i < layer_names.size(); ++i) {
    auto layer = static_cast<Layer>(i);
    if (std::ranges::none_of(causes, [&](const CauseEntry& cause) { return cause.layer == layer; })) continue;
    sheet.blank();
    sheet.paragraph({{std::string(title(layer)), Style::strong}});
    for (const CauseEntry& cause : causes)
      if (cause.layer == layer)
        sheet.paragraph({{fmt::format("{:<{}}", cause.slug, widest + 2), Style::command}, {std::string(cause.title)}},
                        {body_indent, body_indent + widest + 2});
  }
  return sheet.text();
}

std::string render_found_causes(const std::vector<CauseEntry>& causes, const TerminalOptions& options) {
  Sheet sheet(options, {});
  std::size_t widest = 0;
  for (const CauseEntry& cause : causes) widest = std::max(widest, cause.slug.size());
  for (const CauseEntry& cause : causes)
    sheet.paragraph({{fmt::format("{:<{}}", cause.slug, widest + 2), Style::command}, {std::string(cause.title)}}, {0, widest + 2});
  return sheet.text();
}

}  // namespace gpuwhy
