// What the rules about the way from WSL to the card share: what Windows has mounted, and whose kernel runs.
#pragma once

#include <optional>

#include "model/finding.h"
#include "model/snapshot.h"

namespace gpuwhy {

// Why nothing of the Windows side is judged here: the driver works, or this is no distribution under WSL 2 (but a container in one).
std::optional<Verdict> wsl_is_not_judged(const Snapshot& snapshot);
// A libcuda.so.1 stands in /usr/lib/wsl/lib, in whatever state. Unknown where that folder could not be listed.
Fact<bool> windows_gave_libcuda(const Snapshot& snapshot);
// "5.15.167.4-microsoft-standard-WSL2"; one's own says what its builder wrote.
bool has_microsoft_kernel(const Snapshot& snapshot);

}  // namespace gpuwhy
