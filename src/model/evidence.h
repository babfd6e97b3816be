// Where a fact comes from. A place and the bytes found there, never a sentence.
#pragma once

#include <string>

namespace gpuwhy {

enum class Source { file, procfs, sysfs, env, elf, call, log, package };

struct Evidence {
  Source source = Source::file;
  std::string locator;  // a path, a path with a field, a variable, a function
  std::string excerpt;  // what was found there, bounded; empty when the place itself is the evidence

  bool operator==(const Evidence&) const = default;
};

}  // namespace gpuwhy
