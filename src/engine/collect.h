// Machine -> Snapshot: every probe in its order. The only path on which facts come from a machine.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

struct CollectOptions {
  std::vector<std::string> interpreters;  // --python
  bool find_other_environments = true;
  bool ask_driver = true;
  bool deep = false;                // --deep: also the device code of NVIDIA's libraries
  std::optional<std::int64_t> pid;  // --pid: a running process
  std::chrono::milliseconds step_deadline{10'000}, first_init_deadline{30'000};
  std::string tool_version;
};

// Fails only where the user named something that is not there (--python, --pid).
Result<Snapshot> collect(Machine& machine, const CollectOptions& options);

}  // namespace gpuwhy
