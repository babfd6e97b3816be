// Lines of the kernel's log that concern a GPU, its driver, or sleep. Three forms are read: the ring buffer (klogctl, "<4>[   12.345678]
// text"), dmesg's ("[   12.345678] text", "[Fri Mar  3 04:27:08 2023] text") and syslog's ("Dec  2 11:49:53 host kernel: [  885.2] text",
// with an ISO date too), of which only what the kernel itself said counts. syslog.conf(5), Documentation/ABI/testing/dev-kmsg.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::kernel_log {

struct Line {
  std::string time;  // "[   12.345678]" or the date, "" when there is none
  std::string text;  // printable, at most 300 bytes; the name of a process is left out of it
  bool operator==(const Line&) const = default;
};

// One line without its line end. Nothing when another program than the kernel wrote it.
std::optional<Line> parse_line(std::string_view line);

// Does the text concern a GPU? `addresses`: PCI addresses of cards ("0000:01:00.0"); messages of the PCI layer count only where they name
// one of them.
bool concerns_gpu(std::string_view text, const std::vector<std::string>& addresses);

// The last `at_most` lines that do, oldest first, since the last start of the kernel that the text holds ("Linux version ...").
std::vector<Line> parse_lines(Bytes text, const std::vector<std::string>& addresses, std::size_t at_most);

}  // namespace gpuwhy::kernel_log
