#include "probes/container_tools/container_tools.h"

namespace gpuwhy {

void probe_container_tools(Machine&, Snapshot&) {}

}  // namespace gpuwhy
