// The first byte chooses how the probe ended; the rest is its text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "probes/driver_call/driver_answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  if (size == 0) return 0;
  ProbeRun run;
  run.end = static_cast<ProbeRun::End>(data[0] % 4);
  run.text.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  run.detail = "signal 11";
  DriverAnswers answers = parse_driver_answers(run, "libcuda.so.1");
  GW_CHECK(!answers.devices.is_known() || static_cast<std::int64_t>(answers.devices->size()) == *answers.count);
  GW_CHECK(!answers.nvml_uuids.is_known() || static_cast<std::int64_t>(answers.nvml_uuids->size()) == *answers.nvml_count);
  GW_CHECK(!answers.nvml_devices.is_known() || static_cast<std::int64_t>(answers.nvml_devices->size()) == *answers.nvml_count);
  GW_CHECK(answers.loaded_libcuda.is_known() || !answers.init.is_known());
  std::vector<DeviceNode> nodes(2);
  nodes[0].path = "/dev/nvidia0";
  nodes[1].path = "/dev/nvidiactl";
  apply_open_results(run, nodes);
  return 0;
}
