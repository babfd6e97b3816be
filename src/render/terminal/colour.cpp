#include "render/terminal/colour.h"

namespace gpuwhy {

namespace {

bool forces(std::string_view value) { return !value.empty() && value != "0" && value != "false"; }

}  // namespace

bool wants_colour(ColourChoice flag, bool is_tty, const ColourVariables& variables) {
  if (flag == ColourChoice::always) return true;
  if (flag == ColourChoice::never) return false;
  if (!variables.no_color.empty()) return false;
  if (forces(variables.clicolor_force) || forces(variables.force_color)) return true;
  return is_tty && variables.term != "dumb" && variables.clicolor != "0";
}

}  // namespace gpuwhy
