#include "probes/package_records/package_records.h"

namespace gpuwhy {

void probe_package_records(Machine&, PythonEnvironment&) {}

}  // namespace gpuwhy
