// Plays every cure of a report on a copy of the snapshot, so that none is printed that would change nothing. Pure.
#pragma once

#include "engine/judge.h"
#include "model/report.h"
#include "model/snapshot.h"

namespace gpuwhy {

// Of each finding's remedies with effects: those that leave its cause standing, or change nothing, are dropped; the others are marked
// `proven` where the prediction of a framework moves on (or the finding stopped none), and say what follows (`then`) and what still stops a
// framework (`leaves`). A remedy without effects stays as it is: not proven.
void prove_cures(const Snapshot& snapshot, const JudgeOptions& options, Report& report);

}  // namespace gpuwhy
