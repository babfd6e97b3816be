// A line of pasted text, clean enough to be read: what a terminal, a container's log or a quotation put around it is taken off.
#pragma once

#include <cstddef>
#include <string>

namespace gpuwhy {

struct Line {
  std::size_t number = 0;  // in the text as it was pasted, from 1
  std::string text;
  std::size_t file = 0;       // index of the text that it came from, when several were given
  bool of_container = false;  // what was taken off its beginning was written by a container engine
};

}  // namespace gpuwhy
