// The frameworks that a list of packages holds, as far as names, versions and the tables tell: no file is looked at.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"

namespace gpuwhy::frameworks::packages {

// `architecture` as Host::architecture, "x86_64". Packages bear normalised names. What the tables do not tell of a build stays unknown.
std::vector<FrameworkBuild> builds_of(const std::vector<Package>& packages, const std::string& architecture);

}  // namespace gpuwhy::frameworks::packages
