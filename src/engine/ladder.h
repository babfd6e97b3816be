// The ladder of the report: the lowest broken rung is shown broken, what stands above it is "not reached".
#pragma once

#include <vector>

#include "model/report.h"

namespace gpuwhy {

std::vector<Rung> make_ladder(const Snapshot& snapshot, const std::vector<Prediction>& predictions,
                              const std::vector<RankedFinding>& findings);

}  // namespace gpuwhy
