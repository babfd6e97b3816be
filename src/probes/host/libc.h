// The C library of the machine: "glibc 2.36" or "musl". Nothing is executed: glibc says its version in a line of its own text
// ("GNU C Library (...) stable release version 2.36."), musl is known by the name of its loader.
#pragma once

#include <string>

#include "model/fact.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

Fact<std::string> probe_libc(Machine& machine);

}  // namespace gpuwhy::probes
