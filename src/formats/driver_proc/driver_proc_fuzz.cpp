#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "formats/driver_proc/driver_proc.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  auto gpu = driver_proc::parse_information(Bytes(reinterpret_cast<const char*>(data), size));
  GW_CHECK(!gpu || (!gpu->model.empty() && gpu->model.size() <= 210));
  return 0;
}
