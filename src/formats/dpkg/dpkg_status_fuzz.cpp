// The pieces that the bytes come in must not matter: the first byte chooses their size.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/dpkg/dpkg_status.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  const std::string_view text = bytes.substr(1);
  auto is_wanted = [](std::string_view name) { return name.starts_with("nvidia"); };
  dpkg::StatusReader whole(is_wanted), in_pieces(is_wanted);
  whole.feed(text);
  const std::size_t piece = data[0] % 16 + 1;
  for (std::size_t at = 0; at < text.size(); at += piece) in_pieces.feed(text.substr(at, piece));
  GW_CHECK(whole.finish() == in_pieces.finish());
  return 0;
}
