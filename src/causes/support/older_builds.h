// A build of the same framework for a CUDA that an older driver still supports.
#pragma once

#include <optional>

#include "causes/support/cause.h"

namespace gpuwhy {

// `driver_cuda` as cuDriverGetVersion gives it: 11040. The build of the same release where the vendor offers one, else the newest release
// that has one, for this Python version, this processor and with code for the cards that the driver or the bus shows. Nothing when no table
// names one, or the Python version is not known.
std::optional<Remedy> older_build(const FrameworkContext& context, int driver_cuda);

}  // namespace gpuwhy
