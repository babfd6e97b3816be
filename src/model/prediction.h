// The gates of one framework in one environment, played through on a snapshot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/evidence.h"
#include "model/fact.h"
#include "model/layer.h"
#include "model/resolution.h"
#include "model/snapshot.h"

namespace gpuwhy {

enum class GateState { passed, degraded, failed, unknown, not_reached };

// One step that the framework takes between `import` and the first kernel.
struct Gate {
  std::string name;  // "import", "cuda-build", "open-libcuda", "cu-init", "open-cudnn", "nvml-init", "device-count", "architecture"
  Layer layer = Layer::framework_build;  // the rung that this step stands on
  GateState state = GateState::not_reached;
  std::string summary;                // what was found there, one line
  std::string log_line;               // what this version of the framework prints when it fails; "" when it is silent
  std::optional<Resolution> library;  // for a step that opens a library
  std::optional<std::int64_t> code;   // for a driver call: what it answered
  std::vector<Evidence> evidence;
};

enum class Outcome { lists, raises, aborts };
enum class PredictionBasis { files, probe, log, packages };

struct Call {
  std::string expression;     // "torch.cuda.is_available()"
  Fact<std::int64_t> answer;  // truth values as 0 and 1
  bool is_truth = false;
};

struct Prediction {
  FrameworkKind framework = FrameworkKind::tensorflow;
  std::string version;
  std::string python;              // the interpreter
  std::size_t environment = 0;     // index into Snapshot::environments
  Fact<std::int64_t> sees_gpus;    // what the framework's own listing gives its user
  Fact<std::int64_t> usable_gpus;  // of those, how many it can run a kernel on
  std::vector<Call> calls;
  Outcome outcome = Outcome::lists;
  std::string blocked_at;  // the first gate that failed, "" when none did
  std::vector<std::string> expected_log;
  PredictionBasis basis = PredictionBasis::files;
  std::vector<Gate> gates;
  std::string libcuda;  // the file that it would load as its driver library, "" when none
  std::string outside;  // "ROCm", "XPU", ...: a build that gpuwhy does not judge

  const Gate* find_gate(std::string_view name) const;
  const Gate* first_failed() const;  // nullptr when every gate passed, degraded or is unknown
};

}  // namespace gpuwhy
