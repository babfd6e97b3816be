// Whether to colour, as a pure function of what the caller found (https://no-color.org, https://bixense.com/clicolors).
#pragma once

#include <string_view>

namespace gpuwhy {

enum class ColourChoice { automatic, always, never };

// Environment variables as found; "" = not set (the conventions treat both alike).
struct ColourVariables {
  std::string_view no_color, clicolor_force, force_color, clicolor, term;
};

// The flag beats all; then NO_COLOR; then CLICOLOR_FORCE and FORCE_COLOR ("0" and "false" do not force); then a terminal is needed that is
// not "dumb", and CLICOLOR=0 turns it off. Machine formats do not ask: they are never coloured.
bool wants_colour(ColourChoice flag, bool is_tty, const ColourVariables& variables);

}  // namespace gpuwhy
