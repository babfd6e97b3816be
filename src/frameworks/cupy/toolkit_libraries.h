// How CuPy finds the libraries of the CUDA toolkit that it opens when they are first needed.
//   From 14 on by cuda-pathfinder: what is mapped already, then NVIDIA's wheels in sys.path, conda's library folder, the loader's own
//   search, CUDA_PATH and CUDA_HOME (cuda/pathfinder/_dynamic_libs/load_nvidia_dynamic_lib.py 1.3 to 1.9). Before that by the loader's own
//   search alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frameworks/common/process.h"
#include "model/prediction.h"

namespace gpuwhy::frameworks::cupy {

struct ToolkitLibrary {
  std::string soname;        // "libnvrtc.so.12"
  std::string wheel_folder;  // below site-packages: "nvidia/cuda_nvrtc/lib"
};
// From 14 on `import cupy` of a wheel preloads cuTENSOR by cuda-pathfinder, which first opens what cuTENSOR depends on: cuBLASLt, whether
// cuTENSOR is there or not (cupy/__init__.py; cuda/pathfinder/_dynamic_libs/descriptor_catalog.py). Nothing for other builds.
std::optional<ToolkitLibrary> opened_at_import(const FrameworkBuild& build);
// NVRTC, with which CuPy compiles its kernels at run time.
ToolkitLibrary nvrtc_of(int cuda_major);
// Those of single functions: cuBLAS, cuFFT, cuRAND, cuSOLVER, cuSPARSE.
std::vector<ToolkitLibrary> function_libraries(int cuda_major);

// Which file CuPy would open. Does not map it.
Resolution find_toolkit_library(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build,
                                const Process& process, const ToolkitLibrary& library);

// The CUDA release of an NVRTC: "12.9", of its wheel, of the file's own name or of the toolkit's folder; "" when nothing tells.
std::string cuda_of_nvrtc(const PythonEnvironment& environment, const Resolution& nvrtc);

}  // namespace gpuwhy::frameworks::cupy
