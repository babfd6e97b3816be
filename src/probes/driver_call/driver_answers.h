// What the driver probe wrote (its lines: probe/probe.c), made into facts. Pure, and safe for any text: a line that makes no sense is
// passed over, the first answer to a question counts. A question that was not answered is unknown, with the reason: the probe crashed or
// hung (and in which step), it was not run, or the question was not asked because an earlier answer forbids it.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "sys/probe_protocol.h"

namespace gpuwhy {

// `requested_libcuda` is what the probe was told to load, "" when it was told not to ask the CUDA driver.
DriverAnswers parse_driver_answers(const ProbeRun& run, const std::string& requested_libcuda);

// Sets `open_error` of every node. One that the probe says nothing of becomes unknown: it crashed or hung before, or was not told to open
// it.
void apply_open_results(const ProbeRun& run, std::vector<DeviceNode>& nodes);

}  // namespace gpuwhy
