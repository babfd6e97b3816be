// Which container engine started this process, if any. Sources of the marks: systemd's "Container Interface" (the variable `container`,
// /run/host/container-manager, /run/systemd/container), Podman (/run/.containerenv), Docker (/.dockerenv), Apptainer (/.singularity.d), and
// the paths that engines leave in /proc/self/mountinfo and /proc/self/cgroup.
#pragma once

#include <string>
#include <vector>

#include "formats/procfs/procfs.h"
#include "model/fact.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

// docker, podman, containerd, lxc, apptainer, other; absent = none; unknown when neither marks nor mounts could be read.
Fact<std::string> find_container(Machine& machine);

Fact<std::vector<procfs::Mount>> read_mounts(Machine& machine);

// Files of the driver, its device nodes or its folders that are mounted one by one: somebody handed a driver in.
std::vector<std::string> find_injected(const std::vector<procfs::Mount>& mounts);

}  // namespace gpuwhy::probes
