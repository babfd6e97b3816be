// Any bytes are read as a snapshot; what was accepted must survive being written and read again, and its redaction must be readable too.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "store/snapshot_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto snapshot = gpuwhy::read_snapshot({reinterpret_cast<const char*>(data), size});
  if (!snapshot) {
    GW_CHECK(!snapshot.error().message.empty() && snapshot.error().message.find('\n') == std::string::npos);
    return 0;
  }
  auto again = gpuwhy::read_snapshot(gpuwhy::write_snapshot(*snapshot, gpuwhy::Redaction::off));
  GW_CHECK(again.has_value() && *again == *snapshot);
  GW_CHECK(gpuwhy::read_snapshot(gpuwhy::write_snapshot(*snapshot, gpuwhy::Redaction::on)).has_value());
  return 0;
}
