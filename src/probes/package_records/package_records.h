// Do the files of a package have the sizes that its RECORD promises, with what was it built, and when was it installed?
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Fills variant, record_faults and installed_at of the packages of this environment. Files are only looked at (stat), never read, but for
// RECORD itself and a version.py.
//   variant        the local part of its version, else what its own files say (torchvision/version.py, the names of bitsandbytes'
//   libraries) record_faults  absent: no RECORD to compare with. conda's packages have none that counts: conda rewrites search paths after
//   RECORD was
//                  written
//   installed_at   the newest time among METADATA, INSTALLER and RECORD: uv links METADATA out of its cache, so that one keeps an older
//   time
void probe_package_records(Machine& machine, PythonEnvironment& environment);

}  // namespace gpuwhy
