// What a text leaves open, settled by the facts of the machine that it comes from (`explain --here`).
#pragma once

#include <vector>

#include "model/report.h"
#include "model/snapshot.h"

namespace gpuwhy {

// A possibility that the machine's own facts show becomes likely, with their proof beside the text's; one that they rule out goes. What
// they do not tell stays as it was, and so does what may have been true of the process that wrote the text alone.
void settle_by_machine(const Snapshot& here, std::vector<RankedFinding>& told);

}  // namespace gpuwhy
