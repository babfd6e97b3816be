// Library files that the loader cannot take: what is wrong with one, and what brings a good one.
#pragma once

#include <string>
#include <vector>

#include "causes/support/cause.h"

namespace gpuwhy {

// "the file is empty", "a 32-bit file", "a link to nothing", ...
std::string damage_of(const Candidate& file);
// An installation of the framework that lacks files of its own; the build names at least one.
Finding cut_installation(const FrameworkContext& context);
// `failed`: at least one, of the fault `damaged`. Another folder is left, the driver's files come from the driver's packages.
std::vector<Remedy> repairs(const FrameworkContext& context, const std::vector<FailedLibrary>& failed);

}  // namespace gpuwhy
