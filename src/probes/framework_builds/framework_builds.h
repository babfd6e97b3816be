// Which build of TensorFlow and PyTorch an environment would import, told by the files of the package alone: build_info.py and version.py
// say what a build is, its dist-info and its name do not. Sources: the wheels of TensorFlow 2.10 to 2.21 and of torch 1.13 to 2.15.
#pragma once

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// Fills environment.frameworks and adds notes. One entry for each framework that is installed in any form: a package folder that sys.path
// leads to (its `distribution` is "" when no dist-info belongs to it), or a dist-info whose package is gone (then `folder` is "" and
// `missing_files` names the package).
//
// FrameworkBuild::objects are the files that Python itself opens, in the order of opening; what they need (DT_NEEDED) is not repeated
// there. Replaying them is: dlopen each of them in turn, by its path, called by the program.
//   TensorFlow  python/platform/_pywrap_cpu_feature_guard.so, then python/_pywrap_tensorflow_internal.so. In every version one of them
//   brings
//               libtensorflow_framework.so.2, which is the object that calls dlopen for libcuda and the CUDA libraries, with its own
//               RUNPATH (in 2.10 and 2.11 _pywrap_tensorflow_internal.so holds a copy of the same code). Measured with LD_DEBUG=files
//               on 2.20 and 2.21.
//   torch       lib/libtorch_global_deps.so (by ctypes, RTLD_GLOBAL); then, from 2.6 on, CUDA libraries of the nvidia wheels by path, as
//   its
//               __init__.py says; then _C.cpython-3X-*.so, which brings libtorch_python.so, libtorch_cuda.so and the rest. Measured
//               on 2.10. When libtorch_global_deps.so fails to load because of a CUDA library, torch opens those of the wheels and tries
//               once more: that second try is not in the list.
//
// For torch the list of architectures is in no text file of the build: it stays unknown(not_probed) and comes from the facts tables.
void probe_framework_builds(Machine& machine, PythonEnvironment& environment);

}  // namespace gpuwhy
