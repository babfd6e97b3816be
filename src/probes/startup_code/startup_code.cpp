#include "probes/startup_code/startup_code.h"

namespace gpuwhy {

void probe_startup_code(Machine&, PythonEnvironment&) {}

}  // namespace gpuwhy
