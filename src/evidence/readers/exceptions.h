// Python's tracebacks, wherever they stand in a text: plain ones, those of notebooks, of exception groups and of parallel workers whose
// lines are mixed; and what a raised exception is about.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/line.h"

namespace gpuwhy {

struct RaisedException {
  std::string type;         // RuntimeError, jax.errors.TracerBoolConversionError
  std::string text;         // the first line of its message that says something
  std::string message;      // all of it, cut after some 3000 bytes
  std::string path;         // of the file in which it was raised; "" = the text does not tell
  std::string source_line;  // the last line of code that the traceback shows
  std::size_t line = 0;     // index of the line that names it
};

// In the order of the text. At most 400.
std::vector<RaisedException> parse_exceptions(std::span<const Line> lines);

// "library": below site-packages or the interpreter's own folders; "user" otherwise; "" where no path is known.
std::string_view owner_of(const RaisedException& raised);

// What an exception is about:
//   wrapper        another exception, which this one only passes on (a launcher's, an exception group)
//   module         a Python module or a name in one that cannot be imported
//   communication  NCCL, Gloo, MPI, a rendezvous
//   gpu            its message names the GPU's environment or memory: never the program's own fault by this alone
//   program        the program's data, code, files or arguments
//   open           its message has a word of the GPU's world in it and says no more
std::string_view kind_of(const RaisedException& raised);

// A program's own fault whatever else the text says: its type is not one that libraries use for everything, and the message names nothing
// of the GPU's world, or the program raised it itself.
bool is_surely_programs(const RaisedException& raised);

// How a line begins when a launcher, an exception group or pytest put something before it; that part, and the rest with its indentation.
struct Unwrapped {
  std::string_view prefix, rest;
};
Unwrapped unwrap_line(std::string_view line);

}  // namespace gpuwhy
