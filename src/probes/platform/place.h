// The places that hand out GPUs, and what proves that we are in one of them.
#pragma once

#include <string>
#include <vector>

#include "model/evidence.h"
#include "model/fact.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

struct Place {
  std::string kind;               // "kaggle", ...; "" = none of them
  std::vector<Evidence> markers;  // never empty when kind is not
};

// The most specific place first: Kaggle's image is built from Colab's, a Slurm job may run on a node of Kubernetes.
Place find_place(Machine& machine);

// The Jetson board's model as its device tree names it ("NVIDIA Jetson Orin Nano Developer Kit"), or its release of L4T where only that is
// shown; absent: no such board. In a container and in a pod, too.
Fact<std::string> find_jetson_board(Machine& machine);

}  // namespace gpuwhy::probes
