// The frame of every page: one file that fetches nothing, runs nothing, and holds what it was made from. Internal to render/html.
#pragma once

#include <string>
#include <string_view>

#include "model/report.h"
#include "render/html/markup.h"

namespace gpuwhy::render::html {

inline constexpr std::string_view snapshot_id = "gpuwhy-snapshot";
inline constexpr std::string_view there_id = "gpuwhy-snapshot-there", here_id = "gpuwhy-snapshot-here";

struct Page {
  std::string title;
  Markup header;  // beside the name of the tool
  Markup main;
  Markup footer;
  Markup data;  // data_block()s
};

std::string document(const Page& page);

// "gpuwhy 0.1.0, facts as of 2026-11-20", and what can be done with the page.
Markup footer(const Report& report, std::string_view use);

// A folded part. Never inside of a paragraph.
Markup folded(std::string_view summary, const Markup& inner);

}  // namespace gpuwhy::render::html
