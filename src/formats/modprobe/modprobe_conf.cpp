#include "formats/modprobe/modprobe_conf.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"

namespace gpuwhy::modprobe {
namespace {

// Cuts the first word off the front of `text`.
std::string_view take_word(std::string_view& text) {
  text = trim(text);
  std::size_t end = text.find_first_of(" \t");
  std::string_view word = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : trim(text.substr(end));
  return word;
}

// Commands that stand for "do nothing" or "fail" after `install`.
bool does_nothing(std::string_view arguments) {
  std::string_view program = path::filename(take_word(arguments));
  return program == "false" || program == "true" || program == ":" || program == "nologin";
}

}  // namespace

std::string module_name(std::string_view text) {
  std::string name(text);
  std::ranges::replace(name, '-', '_');
  return name;
}

std::vector<Directive> parse_modprobe_conf(Bytes bytes) {
  std::vector<Directive> directives;
  std::string joined;
  auto end_line = [&] {
    std::string_view rest = trim(joined);
    if (!rest.empty() && !rest.starts_with('#')) {
      std::string_view command = take_word(rest), module = take_word(rest);
      if (!module.empty()) directives.push_back({std::string(command), module_name(module), std::string(rest)});
    }
    joined.clear();
  };
  for (std::string_view line : lines(bytes)) {
    bool goes_on = line.ends_with('\\');
    joined += goes_on ? line.substr(0, line.size() - 1) : line;
    if (!goes_on) end_line();
  }
  end_line();
  return directives;
}

bool keeps_out(const Directive& directive, std::string_view module) {
  if (directive.module != module) return false;
  if (directive.command == "blacklist") return true;
  if (directive.command == "install") return does_nothing(directive.arguments);
  return directive.command == "alias" && directive.arguments == "off";
}

}  // namespace gpuwhy::modprobe
