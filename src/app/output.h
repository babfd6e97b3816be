// The only place that writes: standard output, the file of -o, usage errors on standard error.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gpuwhy::app {

void print(std::string_view text);
void print_usage_error(std::string_view message);

// Writes the answer to `file`, or to standard output when it is empty. The file is replaced in one step, so that a reader never sees half
// of it.
Result<void> deliver(std::string_view text, const std::string& file);

std::string nearest_cause(std::string_view slug);
std::string unknown_cause(std::string_view slug);

}  // namespace gpuwhy::app
