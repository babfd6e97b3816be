// One card as nvidia-smi, gpustat or nvitop show it, and the clues that follow from it. Private to the reader of these programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/clues.h"

namespace gpuwhy {

struct SmiCard {
  std::string index, name, bus;
  std::optional<std::int64_t> used, total;  // MiB
  std::string mode;                         // default, exclusive_thread, exclusive_process, prohibited; "" = not shown
  std::string mig;                          // enabled, disabled; "" = not shown
  std::size_t line = 0;
};

void add_smi_card(const SmiCard& card, Clues& clues);

// "E. Process", "Exclusive_Process", "exclusive process" -> exclusive_process; "" for any other word.
std::string compute_mode_of(std::string_view text);

// "11409MiB", "35.31MiB", "24.00GiB", "10MB", "11409 MiB", "11409" -> MiB.
std::optional<std::int64_t> mib_of(std::string_view text);

bool is_bus_id(std::string_view word);  // 0000:03:00.0, 00000000:03:00.0

// What stands between two '|' (or the lines that nvitop draws), trimmed; without the empty cells at both ends.
std::vector<std::string> table_cells(std::string_view text);

std::vector<std::string> blank_separated(std::string_view text);

}  // namespace gpuwhy
