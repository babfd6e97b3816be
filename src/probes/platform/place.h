// The places that hand out GPUs, and what proves that we are in one of them.
#pragma once

#include <string>
#include <vector>

#include "model/evidence.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

struct Place {
  std::string kind;               // "kaggle", ...; "" = none of them
  std::vector<Evidence> markers;  // never empty when kind is not
};

// The most specific place first: Kaggle's image is built from Colab's, a Slurm job may run on a node of Kubernetes.
Place find_place(Machine& machine);

}  // namespace gpuwhy::probes
