// Driver packages of the distribution. dpkg and pacman keep text; rpm's database is binary and is not read, so there only the folders that
// a package leaves below /usr/share tell its name (no version), and finding none says nothing.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

Fact<std::vector<DriverPackage>> find_driver_packages(Machine& machine);
// Names of Debian and Ubuntu: nvidia-driver-570, libcuda1, linux-modules-nvidia-570-6.8.0-60-generic, ...
bool is_debian_driver_package(std::string_view name);
bool is_arch_driver_package(std::string_view name);
bool is_rpm_driver_package(std::string_view name);

}  // namespace gpuwhy::probes
