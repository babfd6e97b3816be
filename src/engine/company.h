// What a report says of a framework's company: the others in its process, the running process itself, the libraries that ride on it. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "model/report.h"
#include "model/snapshot.h"

namespace gpuwhy {

// --import-order: report.shared_process, and a remark that names the order. `environments` are those that are judged.
void add_shared_process(const Snapshot& snapshot, const std::vector<std::size_t>& environments, Report& report);

// --pid: report.process, and remarks on whose environment is judged and where the process differs from a new one.
void add_observed_process(const Snapshot& snapshot, const std::vector<std::size_t>& environments, Report& report);

// report.riders, and a remark on each that does not fit its framework. Says nothing of what framework-plugin-mismatch has found.
void add_riders(const Snapshot& snapshot, const std::vector<std::size_t>& environments, Report& report);

}  // namespace gpuwhy
