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

// The copy of a library that a framework gets in a process that imports several.
struct LibraryCopy {
  std::string framework, library, path;  // "tensorflow", "libcudnn.so.9"
  std::string version;                   // "" = nothing tells
  std::string brought_by;                // the framework that mapped it
};

// --import-order: one process, and what its frameworks share.
struct SharedProcess {
  std::vector<std::string> order;  // slugs of those that are installed
  std::vector<LibraryCopy> libraries;
};

// --pid: what the process really holds.
struct ReportedProcess {
  std::int64_t pid = 0;
  std::string command, executable, started;  // "" = not known
  std::vector<MappedFile> mapped;            // of the driver, of CUDA and of frameworks
  std::vector<std::string> device_files;
  std::vector<std::string> differences;  // where a new process would map another file
};

// A library that rides on a framework of the judged environment: torchvision, bitsandbytes, ...
struct Rider {
  std::string name, version;
  std::string variant;  // what it was built with: "cpu", "cu128"; "" = it says nothing
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
  std::optional<SharedProcess> shared_process;
  std::optional<ReportedProcess> process;
  std::vector<Rider> riders;
  std::map<std::string, double> timings_ms;  // live runs only
  std::string home;                          // for "~" on the user's own terminal
};

}  // namespace gpuwhy
