// The lines of Python that set a variable of the GPU's world or call what hides a GPU, found by a small scanner: nothing is run, nothing
// is computed. Sources: Python's module site (.pth lines, sitecustomize, usercustomize); the variables of env_vars.tsv and the calls of
// cpu_forcing.tsv.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy {

struct StartupLine {
  std::string text;      // as written, with the blanks in front of it: a line that is indented runs under a condition or in a function
  std::string variable;  // set to a value that is written out; "" when the line does something else
  std::string value;

  bool operator==(const StartupLine&) const = default;
};

// Of a .py file every such line, of a .pth file those that begin with "import". Text within triple quotes is no code.
std::vector<StartupLine> parse_startup_lines(Bytes bytes, bool is_pth);

}  // namespace gpuwhy
