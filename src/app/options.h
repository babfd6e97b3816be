// What the user asked for, parsed and checked. Only app/ knows CLI11.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/judge.h"
#include "render/completion/completion.h"
#include "render/terminal/colour.h"

namespace gpuwhy::app {

enum class Format { text, json, markdown, github, html };

struct Options {
  std::string command = "check";
  std::string argument;            // of causes, schema, completion
  std::vector<std::string> files;  // of arch, explain
  std::string compute_capability;  // of arch --cc, "12.0"; "" = do not judge

  // what to look at
  std::string snapshot;                      // a file or "example:NAME"
  std::string root;                          // another root folder
  std::vector<std::string> projects;         // with --target: files by whose names their kind is known
  std::string requirements, lock, notebook;  // the same, of a kind that is said
  std::string target;                        // a place such as colab:t4 (engine/target.h)
  std::string environment_file;
  std::vector<std::string> python;
  std::vector<std::string> frameworks;
  std::vector<std::string> import_order;
  std::int64_t pid = 0;  // 0 = none
  bool deep = false;
  bool here = false;      // of explain: this machine's own facts settle what the text leaves open
  std::string search;     // of causes
  bool examples = false;  // of targets
  bool no_probe = false;
  double timeout_s = 0;  // 0 = the defaults of ProbeRequest

  // how to judge
  std::string fail_on = "blocked";
  bool require_gpu = false;
  std::vector<Ignored> ignored;

  // how to answer
  Format format = Format::text;
  std::string output;
  ColourChoice colour = ColourChoice::automatic;
  bool verbose = false;
  bool no_redact = false;
};

struct ParsedCommandLine {
  Options options;
  int exit_status = -1;  // -1: go on; otherwise the answer was printed (--help, --version) or the usage was wrong
};

ParsedCommandLine parse_command_line(int argc, char** argv);
CommandLineShape command_line_shape();

}  // namespace gpuwhy::app
