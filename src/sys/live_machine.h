// The machine we run on. Reads follow the system's own rules; only regular files are ever opened (those of /proc and /sys included),
// never a device, a FIFO or a socket, so no read can block on one or wake a driver. Device nodes are opened by the probe's child alone.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sys/child.h"
#include "sys/machine.h"

namespace gpuwhy {

// `probe_bytes` is the built driver probe; it must outlive the machine. `progress` hears of a driver that keeps us waiting.
std::unique_ptr<Machine> make_live_machine(std::string_view probe_bytes, ProbeProgress progress = {});

}  // namespace gpuwhy
