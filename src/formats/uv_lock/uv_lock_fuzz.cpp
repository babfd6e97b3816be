#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/uv_lock/uv_lock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto document = uv_lock::parse(bytes))
    for (const uv_lock::LockedPackage& package : document->packages) {
      GW_CHECK(package.name.size() <= size);
      for (const std::string& wheel : package.wheels) uv_lock::glibc_of_wheel(wheel);
    }
  uv_lock::glibc_of_wheel(bytes);
  return 0;
}
