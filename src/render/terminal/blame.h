// Which finding a prediction's line names. Pure reading of the report: the engine has ranked the findings, this only finds the one that
// speaks about a given framework.
#pragma once

#include <optional>

#include "model/report.h"

namespace gpuwhy::render {

enum class Standing { usable, degraded, blocked, unknown, outside };

Standing standing(const Report& report, const Prediction& prediction);

// Index into report.findings of what stops (or degrades) this framework: a root, else a further fault of its own. Nothing when the engine
// named none; then there may be candidates.
std::optional<std::size_t> find_reason(const Report& report, const Prediction& prediction);

// True when the finding's subject is this framework in this environment, or the machine or environment below it.
bool concerns(const RankedFinding& finding, const Prediction& prediction, const Report& report);

}  // namespace gpuwhy::render
