// The order of findings: cause before effect. "If fixing A could also fix B, A is told first."
#pragma once

#include <vector>

#include "model/report.h"

namespace gpuwhy {

// The finding is about the machine, about this framework's environment, or about the framework itself.
bool concerns(const Finding& finding, const Prediction& prediction);

// It lists no card, can use none, raises or aborts. A build that gpuwhy does not judge is never stopped.
bool is_stopped(const Prediction& prediction);

struct RankInput {
  std::vector<RankedFinding> findings;  // of the scope, roles not yet given
  std::vector<Prediction> predictions;  // of the scope
  bool from_text = false;               // a text shows what failed: surer findings first, then lower ones
  bool machine_matters = false;         // no framework is installed: what the machine lacks is the answer itself
};

// Gives every finding its role and sorts: the root, what else would stop it, candidates, consequences, notes. Returns the gates that failed
// with no finding to explain them.
std::vector<std::string> rank(RankInput& input);

}  // namespace gpuwhy
