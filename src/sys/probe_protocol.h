// What the parent tells the driver probe (probe/probe.c) and what comes back. The probe writes one line per event to its pipe:
//   step NAME              before it does something that may hang or crash
//   fact KEY VALUE...      after it, the answer (the value is the rest of the line)
//   done                   last
// so that a crash or a hang keeps all facts already sent and names the step it happened in.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace gpuwhy {

struct ProbeRequest {
  std::string loader;                    // the dynamic loader to start it with (PT_INTERP of the interpreter under test); "" = the system's
  std::vector<std::string> environment;  // NAME=VALUE, the subject's own
  std::vector<std::string> nodes;        // device nodes to open before anything else
  std::string libcuda;                   // path or soname given to dlopen; "" = do not ask the CUDA driver
  std::string nvml;                      // likewise for libnvidia-ml.so.1
  std::chrono::milliseconds step_deadline{10'000};
  std::chrono::milliseconds first_init_deadline{30'000};  // for cuInit and nvmlInit: eight cards without persistence mode need it
};

struct ProbeRun {
  enum class End { finished, crashed, timed_out, not_run };
  End end = End::not_run;
  std::string text;        // the lines the probe wrote, bounded
  std::string detail;      // not_run: why; crashed: "signal 11"; timed_out: "30000 ms"
  bool abandoned = false;  // the child did not even die of SIGKILL (stuck in the kernel)
};

}  // namespace gpuwhy
