#include "formats/kernel_log/kernel_log.h"

#include <algorithm>
#include <array>
#include <deque>

#include "base/text.h"

namespace gpuwhy::kernel_log {
namespace {

constexpr std::size_t longest_text = 300;

// "pid=1346198, name=python" of an Xid: whose process it was is nobody's business, that there was one is said by its number.
std::string without_process_name(std::string text) {
  constexpr std::string_view key = ", name=";
  std::size_t at = text.find(key);
  if (at == std::string::npos) return text;
  std::size_t end = text.find(',', at + key.size());
  return text.erase(at, end == std::string::npos ? end : end - at);
}

Line make_line(std::string_view time, std::string_view text) {
  return {printable(trim(time), 40), without_process_name(printable(trim(text), longest_text))};
}

// Takes "[...]" from the front of `text`; "" when there is none.
std::string_view take_brackets(std::string_view& text) {
  std::size_t close = text.find(']');
  constexpr std::size_t longest = 40;
  if (!text.starts_with('[') || close == std::string_view::npos || close > longest) return {};
  std::string_view time = text.substr(0, close + 1);
  // "[drm] Initialized": a name, no time.
  if (time.find_first_of("0123456789") == std::string_view::npos) return {};
  text.remove_prefix(close + 1);
  if (text.starts_with(' ')) text.remove_prefix(1);
  return time;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool names_card(std::string_view text, const std::vector<std::string>& addresses) {
  return std::ranges::any_of(addresses, [&](const std::string& address) { return !address.empty() && contains(text, address); });
}

constexpr std::array<std::string_view, 9> words = {"NVRM",       "nvidia",     "nouveau",    "PM: suspend",       "PM: hibernat",
                                                   "PM: resume", "PM: Waking", "BAR1 is 0M", "fallen off the bus"};

// Of a line that is not yet taken apart: false only where concerns_gpu() of its text must be false too.
bool may_concern_gpu(std::string_view line, const std::vector<std::string>& addresses) {
  return std::ranges::any_of(words, [&](std::string_view word) { return contains(line, word); }) || names_card(line, addresses);
}

}  // namespace

std::optional<Line> parse_line(std::string_view line) {
  if (line.starts_with('<')) {  // the priority
    std::size_t close = line.find('>');
    if (close != std::string_view::npos && close > 1 && close <= 4 && is_digits(line.substr(1, close - 1))) line.remove_prefix(close + 1);
  }
  if (std::string_view time = take_brackets(line); !time.empty()) return make_line(time, line);
  // The second and later lines of one message.
  if (line.starts_with(' ') || line.starts_with('\t') || line.starts_with("NVRM:")) return make_line({}, line);
  constexpr std::string_view tag = " kernel: ";
  std::size_t at = line.find(tag);
  constexpr std::size_t longest_head = 120;  // date and host
  if (at == std::string_view::npos || at > longest_head) return std::nullopt;
  std::string_view head = line.substr(0, line.substr(0, at).rfind(' ')), text = line.substr(at + tag.size());
  take_brackets(text);  // the date says more
  return make_line(head, text);
}

bool concerns_gpu(std::string_view text, const std::vector<std::string>& addresses) {
  // A trace of any fault lists every module that is loaded, and the audit log every program that was started.
  if (text.starts_with("Modules linked in") || text.starts_with("audit") || text.starts_with("Command line") ||
      text.starts_with("Kernel command line"))
    return false;
  if (std::ranges::any_of(words, [&](std::string_view word) { return contains(text, word); })) return true;
  return (text.starts_with("pci") || contains(text, "AER")) && names_card(text, addresses);
}

std::vector<Line> parse_lines(Bytes text, const std::vector<std::string>& addresses, std::size_t at_most) {
  std::deque<Line> found;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view one = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (one.ends_with('\r')) one.remove_suffix(1);
    bool begins = contains(one.substr(0, 200), "Linux version ");
    if (!begins && !may_concern_gpu(one, addresses)) continue;  // most lines end here, without a copy
    auto line = parse_line(one);
    if (!line) continue;
    if (line->text.starts_with("Linux version ")) found.clear();
    else if (concerns_gpu(line->text, addresses)) found.push_back(std::move(*line));
    if (found.size() > at_most) found.pop_front();
  }
  return {std::make_move_iterator(found.begin()), std::make_move_iterator(found.end())};
}

}  // namespace gpuwhy::kernel_log
