// Jetson boards: the GPU is a part of the chip, its driver (modules nvgpu and nvmap) comes with Jetson Linux, and its device files have
// names of their own. Sources: data/facts/device_nodes.tsv, rows of the platform jetson; NVIDIA's pages "PyTorch for Jetson" and "CUDA for
// Tegra".
#pragma once

#include <string>
#include <vector>

#include "model/finding.h"
#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy {

bool is_jetson(const Snapshot& snapshot);
// A Jetson whose GPU is on no PCI bus; from Jetson Thor on it is a PCI device with the driver of a desktop.
bool has_tegra_gpu(const Snapshot& snapshot);

// The files that CUDA opens on such a board, as far as they are there: /dev/nvmap, /dev/nvhost-gpu, ...
std::vector<const DeviceNode*> tegra_nodes(const Snapshot& snapshot);
// Those that CUDA cannot do without and that are not there. The GPU's own have two names; the older one is given where neither is there.
std::vector<std::string> missing_tegra_nodes(const Snapshot& snapshot);
Remedy bring_tegra_nodes(const Snapshot& snapshot);

// A build for this board: what the package index and PyTorch's own index hold for this processor is made for servers.
Remedy use_build_for_jetson(FrameworkKind framework);

}  // namespace gpuwhy
