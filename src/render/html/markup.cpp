#include "render/html/markup.h"

#include <algorithm>

#include "base/text.h"
#include "render/text/unicode.h"

namespace gpuwhy::render::html {

namespace {

constexpr std::size_t longest_text = 4000;

std::string escaped(std::string_view words) {
  std::string plain;
  for (char c : shown(words, longest_text)) {
    if (c == '&') plain += "&amp;";
    else if (c == '<') plain += "&lt;";
    else if (c == '>') plain += "&gt;";
    else if (c == '"') plain += "&quot;";
    else plain += c;
  }
  return plain;
}

}  // namespace

Markup wrapped(std::string_view name, const Attributes& attributes, const Markup& inner, bool has_end) {
  std::string html = "<" + std::string(name);
  for (const auto& [key, value] : attributes) {
    html += " " + std::string(key);
    if (!value.empty()) html += "=\"" + escaped(value) + "\"";
  }
  html += ">" + inner.text();
  if (has_end) html += "</" + std::string(name) + ">";
  return Markup(std::move(html));
}

Markup text(std::string_view words) { return Markup(escaped(words)); }
Markup sentence(std::string_view words) {
  std::string shown_words(words);
  std::size_t end = std::min({shown_words.find(' '), shown_words.find(": "), shown_words.size()});
  bool is_word = std::ranges::all_of(shown_words.begin(), shown_words.begin() + static_cast<std::ptrdiff_t>(end),
                                     [](char c) { return c >= 'a' && c <= 'z'; });
  if (is_word && end > 0) shown_words[0] = static_cast<char>(shown_words[0] - 'a' + 'A');
  return text(shown_words);
}

Markup breakable(std::string_view name) {
  Markup all;
  while (!name.empty()) {
    std::size_t cut = name.find_first_of(":/");
    bool is_last = cut == std::string_view::npos || cut + 1 == name.size();
    all += text(is_last ? name : name.substr(0, cut + 1));
    if (is_last) break;
    all += wrapped("wbr", {}, {}, false);
    name.remove_prefix(cut + 1);
  }
  return all;
}

Markup line_end() { return Markup("\n"); }
Markup doctype() { return Markup("<!doctype html>\n"); }
Markup element(std::string_view name, const Attributes& attributes, const Markup& inner) { return wrapped(name, attributes, inner, true); }
Markup element(std::string_view name, const Markup& inner) { return wrapped(name, {}, inner, true); }
Markup void_element(std::string_view name, const Attributes& attributes) { return wrapped(name, attributes, {}, false) + line_end(); }
Markup style_sheet(std::string_view css) { return Markup("<style>" + std::string(css) + "</style>\n"); }

Markup data_block(std::string_view id, std::string_view json) {
  std::string data = replace_all(std::string(json), "<", "\\u003c");
  return wrapped("script", {{"type", "application/json"}, {"id", std::string(id)}}, Markup(std::move(data)), true) + line_end();
}

Markup classed(std::string_view name, std::string_view css_class, const Markup& inner) {
  return element(name, {{"class", std::string(css_class)}}, inner);
}

Markup labelled(std::string_view name, std::string_view css_class, std::string_view words) { return classed(name, css_class, text(words)); }

}  // namespace gpuwhy::render::html
