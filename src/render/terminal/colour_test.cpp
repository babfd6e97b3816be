#include "render/terminal/colour.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

TEST(WantsColour, follows_the_order_flag_no_color_force_terminal) {
  struct Case {
    const char* claim;
    ColourChoice flag;
    bool is_tty;
    ColourVariables variables;
    bool expected;
  };
  constexpr auto automatic = ColourChoice::automatic;
  const Case cases[] = {
      {"a terminal is coloured", automatic, true, {.term = "xterm-color"}, true},
      {"a pipe is not", automatic, false, {.term = "xterm-color"}, false},
      {"a dumb terminal is not", automatic, true, {.term = "dumb"}, false},
      {"CLICOLOR=0 turns a terminal off", automatic, true, {.clicolor = "0", .term = "xterm"}, false},
      {"CLICOLOR=1 does not colour a pipe", automatic, false, {.clicolor = "1"}, false},
      {"NO_COLOR turns a terminal off", automatic, true, {.no_color = "1"}, false},
      {"any NO_COLOR counts", automatic, true, {.no_color = "0"}, false},
      {"NO_COLOR beats FORCE_COLOR", automatic, true, {.no_color = "1", .clicolor_force = "1", .force_color = "1"}, false},
      {"FORCE_COLOR colours a pipe", automatic, false, {.force_color = "1"}, true},
      {"CLICOLOR_FORCE colours a pipe", automatic, false, {.clicolor_force = "1"}, true},
      {"CLICOLOR_FORCE=0 does not", automatic, false, {.clicolor_force = "0"}, false},
      {"FORCE_COLOR=0 does not", automatic, false, {.force_color = "0"}, false},
      {"force beats a dumb terminal", automatic, true, {.force_color = "1", .term = "dumb"}, true},
      {"always beats NO_COLOR", ColourChoice::always, false, {.no_color = "1"}, true},
      {"never beats FORCE_COLOR", ColourChoice::never, true, {.force_color = "1"}, false},
  };
  for (const Case& each : cases) EXPECT_EQ(wants_colour(each.flag, each.is_tty, each.variables), each.expected) << each.claim;
}

}  // namespace
}  // namespace gpuwhy
