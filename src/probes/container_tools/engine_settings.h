// The settings of container engines and of NVIDIA's toolkit: which engine knows the NVIDIA runtime, and how cgroups are handled.
#pragma once

#include <string>
#include <vector>

#include "model/fact.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

struct DockerSettings {
  bool has_nvidia_runtime = false;
  std::string default_runtime;  // "" = Docker's own, runc
  bool cgroupfs_driver = false;
};
// Of one daemon.json; absent: there is none, so Docker's defaults hold.
Fact<DockerSettings> read_docker_settings(Machine& machine, const std::string& path);

// Is a runtime called nvidia registered in these TOML files or in the files of these folders? Absent: none of them is there.
Fact<bool> has_nvidia_runtime(Machine& machine, const std::vector<std::string>& files, const std::vector<std::string>& folders);

// `no-cgroups` of the toolkit; absent: not set, so cgroups are used.
Fact<bool> read_no_cgroups(Machine& machine);

// The version of the package nvidia-container-toolkit. Absent: none of its programs is here.
Fact<std::string> find_toolkit_version(Machine& machine);

}  // namespace gpuwhy::probes
