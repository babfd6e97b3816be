// Do the files of a package have the sizes that its RECORD promises?
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Fills variant, record_faults and installed_at of the packages of this environment.
void probe_package_records(Machine& machine, PythonEnvironment& environment);

}  // namespace gpuwhy
