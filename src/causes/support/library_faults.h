// What the rules of missing, foreign and broken CUDA libraries share: which request failed, and what of it lies around.
#pragma once

#include <string>
#include <vector>

#include "causes/support/questions.h"
#include "model/finding.h"

namespace gpuwhy {

struct FrameworkContext;

// "libcudnn.so.9" -> "libcudnn.so."; the family of a soname, whatever its version.
std::string soname_family(std::string_view soname);
bool is_cudnn(std::string_view soname);
// A library of the CUDA toolkit or its companions (cudart, cuBLAS, cuFFT, cuSOLVER, cuSPARSE, cuRAND, nvJitLink, NVRTC, CUPTI, NCCL, NVSHMEM, ...), cuDNN not.
bool is_cuda_library(std::string_view soname);

// The loadable files of the same family with another version in places that belong to this environment or that the loader searches.
std::vector<const Candidate*> other_versions(const FrameworkContext& context, std::string_view soname);
bool has_other_cudnn_major(const FrameworkContext& context, std::string_view soname);
// The file with that very soname which a wheel of this environment holds, although the failed request did not look into its folder; "" when none.
std::string installed_but_not_searched(const FrameworkContext& context, std::string_view soname);

// The gate and its failed request, for every library gate that did not pass and whose request ended in `state`.
struct FailedRequest {
  const Gate* gate = nullptr;
  const Resolution* request = nullptr;  // at the bottom of the chain of dependencies
};
std::vector<FailedRequest> failed_requests(const FrameworkContext& context, ResolutionState state);

// Installs again what holds that soname, in the way of this framework and environment.
Remedy reinstall_library(const FrameworkContext& context, const std::string& soname);

}  // namespace gpuwhy
