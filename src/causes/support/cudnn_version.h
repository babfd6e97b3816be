// Which cuDNN a framework opens, and which it was built with.
#pragma once

#include <optional>
#include <string>

#include "base/version.h"
#include "causes/support/cause.h"

namespace gpuwhy {

struct OpenedCudnn {
  std::string path;                // of the library that is opened; "" = none is, or this release does not open it before it lists GPUs
  std::optional<Version> version;  // by the name of the file behind it, or the package that holds it
  Evidence evidence;               // of the version
  bool by_variable = false;        // LD_LIBRARY_PATH leads there
};
OpenedCudnn opened_cudnn(const FrameworkContext& context);

// Major and minor at least; nothing where only the major version is known.
std::optional<Version> needed_cudnn(const FrameworkContext& context);

// nvidia-cudnn-cu12 in the version that the build pins, or in one that is new enough where it pins none.
Remedy update_cudnn(const FrameworkContext& context, const Version& needed);

}  // namespace gpuwhy
