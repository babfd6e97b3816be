// ptxas, nvlink and libdevice, where a framework would look for them.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Fills compiler_files of this environment with every copy, in this order: the folders of --xla_gpu_cuda_data_dir in XLA_FLAGS, CUDA_ROOT,
// CUDA_HOME and CUDA_PATH; NVIDIA's wheels; conda's prefix; toolkits (/usr/local/cuda*, /opt/cuda, Debian's own package); for the programs
// PATH too. Who looks where is the business of the rules. Unknown where one of these places could not be looked at.
void probe_compiler_files(Machine& machine, const Snapshot& snapshot, PythonEnvironment& environment);

}  // namespace gpuwhy
