// What the rules of missing, foreign and broken CUDA libraries share. Each library gate that did not pass is classified once, here, so that
// no two of these rules can claim the same gate and none is left over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "causes/support/questions.h"
#include "model/finding.h"

namespace gpuwhy {

struct FrameworkContext;

// In the order of the decision: the first that holds is the fault.
enum class LibraryFault {
  not_ours,             // the driver's library is missing, or one that is neither NVIDIA's nor the framework's
  damaged,              // a file that the loader cannot take, or skips, where a good one belongs
  foreign,              // LD_LIBRARY_PATH puts a file first that breaks what the environment has in good order
  not_searched,         // it lies in this environment, in a folder that the framework does not look into
  wrong_version,        // the toolkit's libraries of another version are here
  missing,              // the toolkit's libraries are not here
  wrong_cudnn_version,  // cuDNN of another major version is here
  missing_cudnn,        // cuDNN is not here
};

struct FailedLibrary {
  const Gate* gate = nullptr;
  const Resolution* request = nullptr;  // at the bottom of the chain of dependencies
  LibraryFault fault = LibraryFault::not_ours;
  std::string path;    // damaged, foreign, not_searched, wrong versions: the file that decides; "" for a file that is not there at all
  std::string folder;  // foreign: the folder of LD_LIBRARY_PATH; not_searched: the one to look into
};

// All library gates of this framework that failed or are degraded, in the order of the gates. What one installation cures has one fault:
// where the toolkit's libraries are not installed, a missing cuDNN counts to them.
std::vector<FailedLibrary> library_faults(const FrameworkContext& context);
// Those with that fault.
std::vector<FailedLibrary> library_faults(const FrameworkContext& context, LibraryFault fault);
// The verdict of a rule that found none of its faults: passes, or cannot tell which library it is that could not be looked up.
Verdict without_library_fault(const FrameworkContext& context);

// A finding about these gates (at least one): severity, gates, evidence and, of the first, the places that were tried.
Finding finding_of(const FrameworkContext& context, const std::vector<FailedLibrary>& failed);
// "libcublas.so.12, libcufft.so.11 and 3 more", each name once.
std::string names_of(const std::vector<FailedLibrary>& failed);

// "libcudnn.so.9" -> "libcudnn.so."; the family of a soname, whatever its version.
std::string soname_family(std::string_view soname);
bool is_cudnn(std::string_view soname);
// A library of the CUDA toolkit or its companions (cudart, cuBLAS, cuFFT, cuSOLVER, cuSPARSE, cuRAND, nvJitLink, NVRTC, CUPTI, NCCL,
// NVSHMEM, ...); cuDNN and the driver's libraries are none.
bool is_cuda_library(std::string_view soname);
// The file belongs to this environment: below one of its folders of packages, or below its prefix where that is its own.
bool is_in_environment(const PythonEnvironment& environment, std::string_view path);
// The file lies in the folder of the framework or of one of its parts (jaxlib, a plugin).
bool is_in_build(const FrameworkBuild& build, std::string_view path);
// A loadable file with that soname outside of every Python environment: a toolkit's, the distribution's; nullptr when there is none.
const Candidate* find_outside_environments(const FrameworkContext& context, std::string_view soname);

// Installs again what holds these libraries, in the way of this framework and environment.
Remedy reinstall_libraries(const FrameworkContext& context, const std::vector<FailedLibrary>& failed);
// Looks into these folders too, behind those of LD_LIBRARY_PATH.
Remedy also_search(const FrameworkContext& context, const std::vector<std::string>& folders, std::string title);
// The release whose own search path leaves nvidia/cusolver/lib out, so that its extra [and-cuda] alone gives no GPU (tests/oracle,
// as-installed).
inline constexpr std::string_view broken_tensorflow = "2.21.0", last_working_tensorflow = "2.20.0";
bool has_broken_search_path(const FrameworkBuild& build);
// 'tensorflow[and-cuda]==VERSION' of this release, or of the last one before it whose wheels find their libraries.
Remedy working_tensorflow(const FrameworkContext& context);

}  // namespace gpuwhy
