// A nvJitLink of LD_LIBRARY_PATH that is older than the libraries which link against it.
#pragma once

#include <optional>
#include <string>

#include "causes/support/cause.h"
#include "causes/support/library_versions.h"

namespace gpuwhy {

struct OlderNvjitlink {
  std::string path, folder;  // the one that is taken, and the folder of LD_LIBRARY_PATH
  LibraryVersion version;
  std::string own_path;  // the one of the environment
  LibraryVersion own_version;
  std::string user;  // the library of the environment that gets it: libcusparse.so.12
};
// cuSPARSE, cuSOLVER and cuFFT bind versioned symbols of the nvJitLink of their own CUDA release (__nvJitLinkCreate_12_8): an older one
// does not have them. The loader's search sees names of files only, so this is told by comparing releases.
std::optional<OlderNvjitlink> find_older_nvjitlink(const FrameworkContext& context);

// "undefined symbol: __nvJitLinkCreate_12_8, version libnvJitLink.so.12"
Finding finding_of(const FrameworkContext& context, const OlderNvjitlink& older);

}  // namespace gpuwhy
