#include "render/html/document.h"

#include <fmt/format.h>

#include "render/html/style.h"

namespace gpuwhy::render::html {

namespace {

// Nothing is fetched and nothing runs: only the style sheet of the page itself is let through.
constexpr std::string_view policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

Markup head(const std::string& title) {
  Markup inner = line_end() + void_element("meta", {{"charset", "utf-8"}}) +
                 void_element("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", std::string(policy)}}) +
                 void_element("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}) +
                 void_element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}) +
                 void_element("meta", {{"name", "referrer"}, {"content", "no-referrer"}}) +
                 void_element("meta", {{"name", "generator"}, {"content", "gpuwhy"}}) + element("title", text(title)) + line_end() +
                 style_sheet(style);
  return element("head", inner) + line_end();
}

}  // namespace

std::string document(const Page& page) {
  Markup skip = element("a", {{"class", "skip"}, {"href", "#answer"}}, text("Skip to the answer")) + line_end();
  Markup top = classed("header", "top", labelled("p", "brand", "gpuwhy") + page.header) + line_end();
  Markup main = element("main", {{"id", "answer"}, {"tabindex", "-1"}}, line_end() + page.main) + line_end();
  Markup body = line_end() + skip + top + main + element("footer", page.footer) + line_end() + page.data;
  Markup html = element("html", {{"lang", "en"}}, line_end() + head(page.title) + element("body", body) + line_end());
  return (doctype() + html + line_end()).text();
}

Markup footer(const Report& report, std::string_view use) {
  std::string facts = report.facts_as_of.empty() ? "" : fmt::format(", facts as of {}", report.facts_as_of);
  Markup made = element("p", text(fmt::format("gpuwhy {}{}. No script, nothing fetched.", report.tool_version, facts)));
  return use.empty() ? made : made + element("p", text(use));
}

Markup folded(std::string_view summary, const Markup& inner) {
  return element("details", element("summary", text(summary)) + classed("div", "inside", inner)) + line_end();
}

}  // namespace gpuwhy::render::html
