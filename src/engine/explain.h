// Text -> Report: what it says becomes findings of the same causes, beside those that the rules make of its facts, in the same order.
#pragma once

#include "engine/judge.h"
#include "evidence/reading.h"

namespace gpuwhy {

// `here`: the machine's own snapshot, which settles what the text leaves open; nullptr: the text alone.
Report explain(const Reading& reading, const JudgeOptions& options, const Snapshot* here = nullptr);

}  // namespace gpuwhy
