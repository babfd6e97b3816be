// Any bytes as a pasted text: from the intake to the findings' clues.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "evidence/intake.h"
#include "evidence/partial_snapshot.h"
#include "evidence/reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::size_t at = 0;
  gpuwhy::Intake intake = gpuwhy::take_in([&](char* buffer, std::size_t room) {
    std::size_t count = std::min(room, size - at);
    std::copy_n(data + at, count, reinterpret_cast<std::uint8_t*>(buffer));
    at += count;
    return static_cast<std::int64_t>(count);
  });
  gpuwhy::Reading reading = gpuwhy::read_text(std::move(intake.lines));
  gpuwhy::partial_snapshot(reading);
  return 0;
}
