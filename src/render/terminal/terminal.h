// Report -> the text of `gpuwhy check`: the answer, its proof, its cure, the ladder. Pure: nothing but the arguments decides a byte.
#pragma once

#include <string>

#include "model/report.h"

namespace gpuwhy {

struct TerminalOptions {
  bool colour = false;   // SGR sequences of the 16-colour set; meaning never rests on them
  int width = 0;         // columns; 0 = unknown, taken as 80 (a fresh pseudo-terminal says 0); clamped to 40..200
  bool verbose = false;  // -v: every gate, every place tried, evidence, undo, timings
  bool unicode = true;   // false: marks in ASCII ("x", "ok", "-")
};

// Every line ends with a line feed. Text from outside cannot repaint the terminal: it passes through printable().
std::string render_terminal(const Report& report, const TerminalOptions& options);

}  // namespace gpuwhy
