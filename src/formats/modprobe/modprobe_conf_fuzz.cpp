#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/modprobe/modprobe_conf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const modprobe::Directive& directive : modprobe::parse_modprobe_conf(bytes)) {
    GW_CHECK(!directive.command.empty() && !directive.module.empty());
    modprobe::keeps_out(directive, "nvidia");
  }
  return 0;
}
