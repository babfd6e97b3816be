#include "probes/running_process/running_process.h"

namespace gpuwhy {

void probe_running_process(Machine&, std::int64_t, Snapshot&) {}

}  // namespace gpuwhy
