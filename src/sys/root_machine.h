// Another root folder taken for a machine: an unpacked image, a container's root, /proc/PID/root. Symbolic links resolve inside of it
// (absolute ones begin at the folder, ".." stops there) and never lead out; nothing is executed there; it has no identity.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sys/machine.h"

namespace gpuwhy {

// A folder that cannot be opened makes a machine on which every read fails with that reason.
std::unique_ptr<Machine> make_root_machine(std::string root, std::vector<Variable> environment);

}  // namespace gpuwhy
