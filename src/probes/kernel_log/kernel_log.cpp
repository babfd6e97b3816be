#include "probes/kernel_log/kernel_log.h"

namespace gpuwhy {

void probe_kernel_log(Machine&, Snapshot&) {}

}  // namespace gpuwhy
