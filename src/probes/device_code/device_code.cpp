#include "probes/device_code/device_code.h"

namespace gpuwhy {

void probe_device_code(Machine&, bool, Snapshot&) {}

}  // namespace gpuwhy
