// The answer, before it is rendered. Schema gpuwhy.report/1 (docs/schema) is this, field by field.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/finding.h"
#include "model/prediction.h"

namespace gpuwhy {

enum class Role { root, also, candidate, consequence, note };
enum class OverallVerdict { usable, degraded, unknown, blocked };
enum class RungState { ok, broken, degraded, unknown, not_reached };

struct RankedFinding {
  Finding finding;
  Layer layer = Layer::hardware;
  Role role = Role::note;
  std::vector<std::string> explains;  // causes that were folded under it and gates that it accounts for
};

struct Rung {
  Layer layer = Layer::hardware;
  RungState state = RungState::unknown;
  std::string summary;
};

struct ReportGpu {
  std::string name, pci, compute_capability;  // "" = not known
};

struct MachineSummary {
  Private<std::string> name;
  std::string os, platform, driver, kernel;
  Fact<std::vector<ReportGpu>> gpus;
};

struct OtherEnvironment {
  std::string interpreter, chosen_by, summary;  // "TensorFlow 2.20.0 will see 1 GPU"
};

inline constexpr const char* no_framework_summary = "no framework";

struct NextCheck {
  Command command;
  std::vector<std::string> decides;
};

struct NotTold {
  std::string fact, why, detail;  // why: denied, timed-out, crashed, malformed, not-probed
};

struct Report {
  std::string tool_version, facts_as_of, basis;
  MachineSummary machine;
  std::string judged_environment;  // interpreter of the scope, "" when none
  std::string judged_python;       // its version, "3.12"; "" when not known
  std::string judged_for;          // "ana (by sudo)": whose environment it is when that is not plain
  OverallVerdict verdict = OverallVerdict::unknown;
  std::vector<Prediction> predictions;
  std::vector<Rung> ladder;
  std::vector<RankedFinding> findings;   // the root first
  std::vector<std::string> unexplained;  // gates that failed with no cause to explain them
  std::optional<NextCheck> next_check;
  std::vector<NotTold> unknown;
  std::vector<OtherEnvironment> others;
  std::vector<std::string> remarks;            // what is outside of gpuwhy, what is ready and fits
  std::vector<std::string> environment_notes;  // of the judged environments: .pth files that hold code, shims, editable installs
  std::map<std::string, double> timings_ms;    // live runs only
  std::string home;                            // for "~" on the user's own terminal
};

}  // namespace gpuwhy
