// Snapshot -> Report: predictions, one verdict of every cause for every subject, and their order. Pure.
#pragma once

#include <string>
#include <vector>

#include "causes/registry.h"
#include "model/report.h"
#include "model/snapshot.h"

namespace gpuwhy {

struct Ignored {
  std::string cause, reason;
};

struct JudgeOptions {
  std::vector<std::string> frameworks;  // slugs to judge; empty = all that are installed
  bool require_gpu = false;             // a machine without a GPU is a finding even where no framework is installed
  std::vector<Ignored> ignored;
  // What a text told (engine/explain.h), ranked together with what the rules find.
  std::vector<RankedFinding> told;
  bool from_text = false;
  std::string tool_version;  // of the report, where no probe has filled it in
};

Report judge(const Snapshot& snapshot, const JudgeOptions& options);
// The same with its cures as the rules propose them, not yet played through.
Report judge_without_proof(const Snapshot& snapshot, const JudgeOptions& options);

// One cause against the whole snapshot; what tests of single causes use.
struct CauseVerdict {
  std::string subject;  // "" = the machine
  std::size_t environment = 0;
  const FrameworkBuild* build = nullptr;
  Verdict verdict;
};
std::vector<CauseVerdict> judge_cause(const Cause& cause, const Snapshot& snapshot, const std::vector<Prediction>& predictions);

}  // namespace gpuwhy
