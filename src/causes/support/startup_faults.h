// Code that runs at every start of an interpreter and keeps a framework from the GPU.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "causes/support/cause.h"

namespace gpuwhy {

// The last line that surely runs and sets this variable; nullptr when none does.
const StartupCode* find_startup_line(const PythonEnvironment& environment, std::string_view variable);
// A line whose effect cannot be told without running it, and that may keep this framework from the GPU: a call that hides it, a value that
// is computed or set under a condition; nullptr when there is none.
const StartupCode* find_open_startup_line(const PythonEnvironment& environment, FrameworkKind framework);

// Takes the line out of its file; the engine plays the file without its startup code.
Remedy remove_startup_line(const FrameworkContext& context, const StartupCode& line);

}  // namespace gpuwhy
