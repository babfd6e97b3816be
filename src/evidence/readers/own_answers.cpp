#include "base/text.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {

namespace {

bool is_slug(std::string_view word) {
  if (word.size() < 4 || word.front() < 'a' || word.front() > 'z') return false;
  for (char c : word)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  return word.find('-') != std::string_view::npos;
}

// "[cudnn-missing]" or "[cudnn-missing, likely]" at the end of a line; "" where there is none.
std::string_view slug_at_end(std::string_view line) {
  if (!line.ends_with(']')) return {};
  std::size_t open = line.rfind('[');
  if (open == std::string_view::npos || open == 0) return {};
  std::string_view inside = line.substr(open + 1, line.size() - open - 2);
  std::string_view slug = inside.substr(0, inside.find(','));
  return is_slug(slug) ? slug : std::string_view();
}

bool has_mark(std::string_view line) { return line.starts_with("\xe2\x9c\x97 ") || line.starts_with("x "); }

}  // namespace

// An answer of gpuwhy itself, pasted as its terminal showed it: "x TensorFlow 2.20.0 will see 0 of 1 GPU: ...   [cudnn-missing]".
void read_own_answers(std::span<const Line> lines, Clues& clues) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!has_mark(lines[i].text)) continue;
    // A narrow terminal wraps the sentence; the slug ends it.
    for (std::size_t k = i; k < lines.size() && k < i + 4; ++k)
      if (std::string_view slug = slug_at_end(trim(lines[k].text)); !slug.empty()) {
        clues.add("gpuwhy.told", slug, i);
        break;
      }
  }
}

}  // namespace gpuwhy
