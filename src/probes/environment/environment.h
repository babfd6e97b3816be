// Fills snapshot.variables with the environment variables that can decide what a framework sees, by an allow-list. Secrets are never
// kept: neither names that look like one, nor the user part of an address.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

void probe_environment(Machine& machine, Snapshot& snapshot);

}  // namespace gpuwhy
