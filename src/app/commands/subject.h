// What a command looks at: this machine, another root folder, a saved snapshot, an example.
#pragma once

#include <map>
#include <string>

#include "app/options.h"
#include "base/result.h"
#include "model/snapshot.h"
#include "render/terminal/terminal.h"

namespace gpuwhy::app {

struct Subject {
  Snapshot snapshot;
  bool live = false;
  std::map<std::string, double> timings_ms;
};

Result<Subject> get_subject(const Options& options);

// Colour, width and marks for standard output, or plain text for a file.
TerminalOptions terminal_options(const Options& options);

}  // namespace gpuwhy::app
