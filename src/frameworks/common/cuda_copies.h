// Which copies of the driver's and the CUDA libraries a process holds, and from where cuDNN takes its parts. A name that is mapped already
// wins over every folder (glibc, elf/dl-load.c), so in a process with two frameworks the first one decides for both.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "frameworks/common/process.h"
#include "model/resolution.h"

namespace gpuwhy::frameworks {

// A mapped library of NVIDIA's.
struct CudaCopy {
  std::string soname;      // "libcudnn.so.9"
  std::string path;        // as mapped, normalised
  std::string real_path;   // links followed
  std::string brought_by;  // slug of the framework that mapped it, in a process that imports several; "" before any of them
};

// The driver, the toolkit's libraries and their companions, by the soname.
bool is_copy_of_interest(std::string_view soname);

// In the order of mapping. `objects_before[i]` is the number of mapped objects when framework `order[i]` began.
std::vector<CudaCopy> cuda_copies(const Process& process, const std::vector<std::string>& order,
                                  const std::vector<std::size_t>& objects_before);

// The mapped cuDNN and what it would open of its parts: each from its caller, for which LD_LIBRARY_PATH comes before its RUNPATH.
struct CudnnParts {
  std::string shim, real_shim;    // the mapped libcudnn.so.N; "" = none is mapped
  std::vector<Resolution> parts;  // those that are found
};
CudnnParts cudnn_parts(Process process);

}  // namespace gpuwhy::frameworks
