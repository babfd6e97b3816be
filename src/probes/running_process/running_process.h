// A running process (--pid), as /proc shows it: what is really mapped, its environment at exec, and the interpreter behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

struct RunningProcess {
  ObservedProcess observed;
  // The machine as it sees it: the other probes read that one. It refers to the machine that was given.
  std::unique_ptr<Machine> machine;
  std::string interpreter;  // the Python that it runs, as the environment's own path; "" = it is none, or nobody may look
};

// Fails with a sentence for the user where there is no such process, it has ended, it is a thread of the kernel, or the machine is a
// folder. What may not be looked at is an unknown fact of `observed`.
Result<RunningProcess> open_running_process(Machine& machine, std::int64_t pid);

// Corrects what the probes have taken from `process.machine` where its environment could not be read: an unread variable is not an unset
// one. Also sets snapshot.process.
void apply_running_process(const RunningProcess& process, Snapshot& snapshot);

}  // namespace gpuwhy
