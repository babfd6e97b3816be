// Frameworks whose wheels of several names (onnxruntime, onnxruntime-gpu; cupy-cuda12x, cupy-cuda13x) write into one folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.h"

namespace gpuwhy {

// The distribution whose files lie in the folder: the one that the files name (`by_files`; "" when they name none), with the version that
// they name where several fit; else the one that was installed last; else the first. nullptr when there are none.
const Package* find_owner(const std::vector<const Package*>& distributions, std::string_view by_files, const Fact<std::string>& version);

// Names the owner in the build (its version too, where the files did not tell) and lists the others as parts; a part that lies in another
// folder of sys.path, where it overwrites nothing, has no folder.
void take_owner(FrameworkBuild& build, const std::vector<const Package*>& distributions, const Package* owner);

}  // namespace gpuwhy
