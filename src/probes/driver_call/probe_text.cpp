#include "probes/driver_call/probe_text.h"

#include "base/text.h"

namespace gpuwhy {

ProbeText::ProbeText(std::string_view text) {
  // What follows the last line end was cut off in the middle.
  text = text.substr(0, text.rfind('\n') + 1);
  for (std::string_view line : lines(text)) {
    if (line.starts_with("step ")) {
      last_step_ = line.substr(5);
      steps_.emplace(last_step_, true);
    }
    if (!line.starts_with("fact ")) continue;
    line.remove_prefix(5);
    std::size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    std::string_view key = line.substr(0, space), value = line.substr(space + 1);
    if (key == "open") {
      // A path may hold spaces; the number is the last word.
      std::size_t last = value.rfind(' ');
      if (last == std::string_view::npos) continue;
      if (auto error = parse_int(value.substr(last + 1)); error && *error >= 0) open_results_.emplace(value.substr(0, last), *error);
    } else if (key.ends_with(".symbol-missing")) {
      missing_symbols_.emplace(line, true);
    } else {
      facts_.emplace(key, value);
    }
  }
}

std::optional<std::string_view> ProbeText::find(std::string_view key) const {
  auto found = facts_.find(key);
  return found == facts_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<CallAnswer> ProbeText::find_call(std::string_view function) const {
  auto text = find(function);
  if (!text) return std::nullopt;
  std::size_t space = text->find(' ');
  auto code = parse_int(text->substr(0, space));
  if (!code) return std::nullopt;
  return CallAnswer{*code, space == std::string_view::npos ? std::string_view() : text->substr(space + 1)};
}

std::optional<std::int64_t> ProbeText::find_open_result(std::string_view path) const {
  auto found = open_results_.find(path);
  return found == open_results_.end() ? std::nullopt : std::optional(found->second);
}

bool ProbeText::has_missing_symbol(std::string_view library, std::string_view function) const {
  return missing_symbols_.contains(std::string(library) + ".symbol-missing " + std::string(function));
}

}  // namespace gpuwhy
