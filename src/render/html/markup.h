// HTML as nested values. Text from outside becomes Markup only by text() and by attributes, which escape it: no page can be made of
// anything else, and every element that is opened is closed. Internal to render/html.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpuwhy::render::html {

class Markup {
 public:
  Markup() = default;

  Markup& operator+=(const Markup& more) {
    text_ += more.text_;
    return *this;
  }
  friend Markup operator+(Markup first, const Markup& second) { return std::move(first += second); }

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  explicit Markup(std::string text) : text_(std::move(text)) {}
  friend Markup text(std::string_view);
  friend Markup line_end();
  friend Markup wrapped(std::string_view, const std::vector<std::pair<std::string_view, std::string>>&, const Markup&, bool);
  friend Markup data_block(std::string_view, std::string_view);
  friend Markup style_sheet(std::string_view);
  friend Markup doctype();
  std::string text_;
};

using Attributes = std::vector<std::pair<std::string_view, std::string>>;

// Shown as shown() of text/unicode.h shows it (no control character, no direction mark, valid UTF-8), and escaped.
Markup text(std::string_view text);
// The same, with the first word as a sentence begins ("the module is gone", but never "libcudnn.so.9 is gone").
Markup sentence(std::string_view text);
// A name that may be broken behind each ':' and '/' where its column is narrow.
Markup breakable(std::string_view name);
Markup line_end();
Markup doctype();
Markup element(std::string_view name, const Attributes& attributes, const Markup& inner);
Markup element(std::string_view name, const Markup& inner);
Markup void_element(std::string_view name, const Attributes& attributes);  // <meta>, without an end tag
Markup style_sheet(std::string_view css);                                  // our own CSS
// <script type="application/json">: data, which no browser runs. JSON stays JSON and cannot close the element: '<' is written as \u003c.
Markup data_block(std::string_view id, std::string_view json);

// An element with a class, and one that holds a text.
Markup classed(std::string_view name, std::string_view css_class, const Markup& inner);
Markup labelled(std::string_view name, std::string_view css_class, std::string_view words);

}  // namespace gpuwhy::render::html
