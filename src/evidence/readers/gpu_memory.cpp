// Whose memory it is that is full: PyTorch's sentence about it, XLA's "bytes free", gpustat's rows.
#include <cstdlib>
#include <optional>

#include "base/text.h"
#include "evidence/readers/package_lines.h"

namespace gpuwhy {

namespace {

constexpr std::size_t message_lines = 4;  // PyTorch's sentence is long, and terminals wrap it

// "23.69 GiB" -> 23.69; "512.00 MiB" -> 0.5. Nothing where no amount stands there.
std::optional<double> gibibytes_at(std::string_view text, std::size_t at) {
  at = text.find_first_not_of(" \t(", at);
  if (at == std::string_view::npos || text[at] < '0' || text[at] > '9') return std::nullopt;
  std::size_t end = std::min(text.find_first_not_of("0123456789.", at), text.size());
  double amount = std::strtod(std::string(text.substr(at, std::min<std::size_t>(end - at, 24))).c_str(), nullptr);
  std::string_view unit = trim(text.substr(end, 8));
  if (unit.starts_with("GiB") || unit.starts_with("GB")) return amount;
  if (unit.starts_with("MiB") || unit.starts_with("MB")) return amount / 1024;
  if (unit.starts_with("KiB") || unit.starts_with("kB")) return amount / 1024 / 1024;
  if (unit.starts_with("bytes")) return amount / 1024 / 1024 / 1024;
  return std::nullopt;
}

std::optional<double> amount_behind(std::string_view text, std::string_view words) {
  std::size_t at = text.find(words);
  return at == std::string_view::npos ? std::nullopt : gibibytes_at(text, at + words.size());
}

// "9.71 GiB already allocated": the amount stands before its words, behind the last semicolon, parenthesis or full stop.
std::optional<double> amount_before(std::string_view text, std::string_view words) {
  std::size_t at = text.find(words);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  std::size_t begin = text.find_last_of(";(", at - 1);
  return gibibytes_at(text, begin == std::string_view::npos ? 0 : begin + 1);
}

// Sum of "Process 4711 has 20.10 GiB memory in use".
double sum_of_processes(std::string_view text) {
  double sum = 0;
  for (std::size_t at = text.find("Process "); at != std::string_view::npos; at = text.find("Process ", at + 8)) {
    std::size_t has = text.find(" has ", at);
    if (has == std::string_view::npos || has - at > 24 || !is_digits(trim(text.substr(at + 8, has - at - 8)))) continue;
    if (auto amount = gibibytes_at(text, has + 5)) sum += *amount;
  }
  return sum;
}

// PyTorch since 2.1 lists the processes on the card; in a container its own one may be listed under a number that it does not know.
std::optional<bool> is_held_in_new_message(std::string_view text) {
  auto total = amount_behind(text, "total capacity of ");
  if (!total) total = amount_behind(text, "total capacty of ");
  if (!total || *total <= 0) return std::nullopt;
  double others = sum_of_processes(text);
  auto own = amount_behind(text, "this process has ");
  auto allocated = amount_behind(text, "Of the allocated memory ");
  if (!own || *own > *total) {
    others -= allocated.value_or(0) + amount_behind(text, "by PyTorch, and ").value_or(0);
    return others > 0.4 * *total;
  }
  return others > 0.4 * *total || (others > 0.2 * *total && others > *own);
}

// Before 2.1: "(GPU 0; 10.76 GiB total capacity; 9.71 GiB already allocated; 5.69 MiB free; 9.80 GiB reserved in total by PyTorch)".
std::optional<bool> is_held_in_old_message(std::string_view text) {
  auto total = amount_before(text, "total capacity"), used = amount_before(text, "already allocated"), free = amount_before(text, " free");
  if (!total || !used || !free) return std::nullopt;
  auto reserved = amount_before(text, "reserved in total");
  if (!reserved) reserved = amount_before(text, " cached");
  constexpr double context = 1.5;  // what CUDA itself takes for a process, and a desktop
  double others = *total - *free - std::max(*used, reserved.value_or(0));
  return others > context && others > 0.4 * *total;
}

void read_torch_message(std::span<const Line> lines, std::size_t at, Clues& clues) {
  if (!lines[at].text.contains("Tried to allocate") && !lines[at].text.contains("out of memory")) return;
  std::string text;
  for (std::size_t i = at; i < lines.size() && i < at + message_lines; ++i) text += lines[i].text.substr(0, 2000) + " ";
  auto held = is_held_in_new_message(text);
  if (!held) held = is_held_in_old_message(text);
  if (held) clues.add("memory.full", *held ? "others" : "own", at);
}

// "Memory usage: 2624061440 bytes free, 12524191744 bytes total."
void read_xla_message(std::string_view text, std::size_t line, Clues& clues) {
  auto free = amount_behind(text, "Memory usage: ");
  if (!free || !text.contains(" bytes free, ")) return;
  auto total = amount_behind(text, " bytes free, ");
  if (total && *total > 0) clues.add("memory.free", *free < 0.3 * *total ? "little" : "plenty", line);
}

// gpustat: "[6] NVIDIA A100 80GB PCIe | 52'C, 100 % | 10151 / 81920 MB | (null)". Memory in use and nobody shown who has it.
void read_gpustat(std::string_view text, std::size_t line, Clues& clues) {
  std::size_t at = text.find('[');
  if (at == std::string_view::npos || at > 4) return;
  std::vector<std::string_view> cells = split(text.substr(at), '|');
  if (cells.size() < 3 || !cells[1].contains('%') || !cells[2].contains(" / ")) return;
  std::vector<std::string_view> amounts = words_of(cells[2]);
  if (amounts.size() < 3 || amounts[1] != "/") return;
  auto used = parse_int(amounts[0]), total = parse_int(amounts[2]);
  if (!used || !total || *total <= 0) return;
  std::string_view holders = cells.size() > 3 ? trim(cells[3]) : "";
  bool is_nobody = holders.empty() || holders == "(null)";
  constexpr std::int64_t of_the_driver = 1200;  // MB that no process owns on the largest cards
  if (*used > of_the_driver && is_nobody) clues.add("memory.holder", "hidden", line);
}

}  // namespace

void read_gpu_memory(std::span<const Line> lines, Clues& clues) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = std::string_view(lines[i].text).substr(0, longest_package_line);
    read_torch_message(lines, i, clues);
    read_xla_message(text, i, clues);
    read_gpustat(text, i, clues);
  }
}

}  // namespace gpuwhy
