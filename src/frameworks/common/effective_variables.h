// What a process of one environment is, once the code that every start of its interpreter runs has run: .pth lines and sitecustomize set
// variables before a framework is imported.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "model/snapshot.h"

namespace gpuwhy::frameworks {

// A line that runs at every start and whose value is written out: not indented (no condition, no function), with a variable.
bool is_certain(const StartupCode& code);

// snapshot.variables with what the startup code of this environment sets, in its order.
std::map<std::string, std::string> effective_variables(const Snapshot& snapshot, const PythonEnvironment& environment);

// The snapshot as such a process meets it: its variables, and a driver that shows only the cards of CUDA_VISIBLE_DEVICES where startup
// code sets that. Nothing when startup code changes nothing, which is the rule: no copy is made then.
std::optional<Snapshot> as_started(const Snapshot& snapshot, const PythonEnvironment& environment);

}  // namespace gpuwhy::frameworks
