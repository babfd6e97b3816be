// Runs the driver probe in a child process that may hang, crash, make noise or never die, and always comes back. The child has its own
// process group, dies with us, gains no rights (no_new_privs; CAP_MKNOD and CAP_SYS_MODULE dropped, as root too, where libcuda and NVML
// would otherwise create device nodes and load modules), leaves no core file, reads nothing, and holds no descriptor of ours beside the
// pipes it reports on. How it ended is data, never an error.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sys/probe_protocol.h"

namespace gpuwhy {

// Called with a short line for the user when the child has been in one step for two seconds, once for each step: "waiting for cuInit".
using ProbeProgress = std::function<void(std::string_view)>;

ProbeRun run_probe_child(std::string_view probe_bytes, const ProbeRequest& request, const ProbeProgress& progress = {});

}  // namespace gpuwhy
