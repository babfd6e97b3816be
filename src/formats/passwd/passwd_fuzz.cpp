#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/passwd/passwd.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto account = passwd::find_account(bytes, 1000u)) GW_CHECK(account->uid == 1000 && !account->name.empty());
  if (auto account = passwd::find_account(bytes, "ana")) GW_CHECK(account->name == "ana");
  return 0;
}
