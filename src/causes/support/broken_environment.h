// A virtual environment whose Python is gone: nothing in it can be imported, whatever is installed.
#pragma once

#include "causes/support/cause.h"

namespace gpuwhy {

// base_problem of the environment must be known.
Finding broken_environment(const PythonEnvironment& environment, const Snapshot& snapshot);

}  // namespace gpuwhy
