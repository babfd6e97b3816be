// Xid numbers: what NVIDIA's kernel driver logs when a card or its channel fails, "NVRM: Xid (PCI:0000:01:00): 79, ...". The table is
// data/facts/xid.tsv (NVIDIA's "Xid Catalog" and nverror.h; its header says how the columns were made).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gpuwhy::facts {

struct Xid {
  int number;
  std::string_view mnemonic;
  std::string_view meaning;    // "GPU no longer reachable over PCI Express"
  std::string_view suspect;    // "hardware", "driver", "application", "system": where to look first
  std::string_view action;     // NVIDIA's immediate one: "RESET_GPU", "RESTART_BM", "IGNORE", ...
  std::string_view hides_gpu;  // "yes", "maybe", "no": can it make the card unusable for new programs
  std::string_view source;
};
// nullptr for a number that no table explains.
const Xid* find_xid(int number);
std::span<const Xid> xids();

// The number and the card of a line of the kernel's log. The address is as far as the line gives it, in lower case: "0000:01:00" or
// "0000:01:00.0". Nothing when it is no such line.
struct XidLine {
  std::string address;
  int number = 0;
};
std::optional<XidLine> read_xid_line(std::string_view text);

}  // namespace gpuwhy::facts
