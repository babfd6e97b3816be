// Fills snapshot.container_tools: what hands GPUs to containers on this machine, as its programs, settings and CDI specifications stand on
// the disk. Nothing is started and no daemon is asked. Inside of a container these files are the image's own and say nothing of the host.
// Sources: NVIDIA Container Toolkit's installation guide (daemon.json, config.toml, drop-ins), the device plugin API of Kubernetes.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// `engines` also holds "kubelet" where the sockets of its device plugins could be listed; `nvidia_runtimes` holds "kubelet" when NVIDIA's
// device plugin has one there, and "podman" when the toolkit's OCI hook is installed for it.
void probe_container_tools(Machine& machine, Snapshot& snapshot);

}  // namespace gpuwhy
