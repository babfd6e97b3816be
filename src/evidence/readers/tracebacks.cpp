#include <algorithm>

#include "base/text.h"
#include "evidence/readers/endings.h"
#include "evidence/readers/exceptions.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_text = 300;

bool yields(std::string_view kind) { return kind == "wrapper" || kind == "communication"; }

// The exception that the text ends with. What a launcher passes on, and what the others of a group of processes lose when one of them
// fails, stand behind the failure itself.
const RaisedException* find_last(const std::vector<RaisedException>& raised) {
  auto last = std::find_if(raised.rbegin(), raised.rend(), [](const RaisedException& one) { return !yields(kind_of(one)); });
  if (last == raised.rend())
    last = std::find_if(raised.rbegin(), raised.rend(), [](const RaisedException& one) { return kind_of(one) != "wrapper"; });
  if (last == raised.rend()) return raised.empty() ? nullptr : &raised.back();
  return &*last;
}

// foo of "No module named 'foo.bar'"; the package of "cannot import name 'x' from 'foo.bar'".
std::string_view missing_module(std::string_view message) {
  for (std::string_view before : {"No module named ", "cannot import name "}) {
    std::size_t at = message.find(before);
    if (at == std::string_view::npos) continue;
    std::string_view rest = message.substr(at + before.size());
    if (before.starts_with("cannot")) {
      std::size_t from = rest.find(" from ");
      rest = from == std::string_view::npos ? std::string_view() : rest.substr(from + 6);
      if (rest.starts_with("partially initialized module ")) rest.remove_prefix(29);
    }
    char quote = !rest.empty() && (rest.front() == '\'' || rest.front() == '"') ? rest.front() : ' ';
    if (quote != ' ') rest.remove_prefix(1);
    return rest.substr(0, rest.find_first_of(quote == ' ' ? " \n;" : quote == '"' ? "\"" : "'"));
  }
  return "";
}

// "NaN", "nans", "not finite" as words of a message; a key or a name that happens to hold the letters is none.
bool tells_of_nan(const RaisedException& raised) {
  if (raised.type.ends_with("KeyError")) return false;
  std::string lower = to_lower(raised.text);
  if (lower.contains("not finite") || lower.contains("non-finite")) return true;
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  for (std::size_t at = lower.find("nan"); at != std::string::npos; at = lower.find("nan", at + 1)) {
    std::size_t end = at + 3 + (lower.compare(at + 3, 1, "s") == 0 ? 1 : 0);
    if ((at == 0 || !is_letter(lower[at - 1])) && (end >= lower.size() || !is_letter(lower[end]))) return true;
  }
  return false;
}

}  // namespace

void read_tracebacks(std::span<const Line> lines, Clues& clues) {
  std::vector<RaisedException> raised = parse_exceptions(lines);
  if (const RaisedException* last = find_last(raised)) {
    clues.add("exception", last->type, last->line);
    clues.add("exception.text", std::string_view(last->text).substr(0, longest_text), last->line);
    if (!owner_of(*last).empty()) clues.add("exception.where", owner_of(*last), last->line);
    clues.add("exception.kind", kind_of(*last), last->line);
    if (tells_of_nan(*last)) clues.add("exception.nan", "yes", last->line);
    if (is_surely_programs(*last)) clues.add("exception.sure", "yes", last->line);
  }
  for (const RaisedException& one : raised) {
    std::string_view kind = kind_of(one);
    // Whatever a later exception says, an earlier one about the GPU's environment may be its reason.
    if (kind == "gpu") clues.add("exception.gpu", one.type, one.line);
    if (kind == "program") clues.add("exception.program", one.type, one.line);
    if (std::string_view module = missing_module(one.message); kind == "module" && !module.empty())
      clues.add("python.missing", module, one.line);
  }
  read_endings(lines, clues);
}

}  // namespace gpuwhy
