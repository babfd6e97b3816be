#include <algorithm>

#include "base/text.h"
#include "evidence/readers/smi_card.h"
#include "evidence/readers/smi_parts.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_row = 400;  // bytes; a row of nvidia-smi has some 100
constexpr std::size_t most_cards = 64, most_names = 16;

enum class Part { cards, mig, processes };

// The table that is being read; what it says is written when it ends.
struct Table {
  Part part = Part::cards;
  std::vector<SmiCard> cards;
  std::vector<std::pair<std::string, std::size_t>> processes;  // name, line
  std::size_t mig_devices = 0, last_row = 0;
  bool has_header = false, is_closed = false, lists_processes = false, lists_mig = false;
};

// The word behind a label, to the next blank or border.
std::string word_after(std::string_view text, std::string_view label) {
  std::size_t at = text.find(label);
  if (at == std::string_view::npos) return "";
  std::string_view rest = text.substr(at + label.size());
  std::size_t begin = rest.find_first_not_of(" \t:");
  if (begin == std::string_view::npos) return "";
  return std::string(rest.substr(begin, rest.find_first_of(" \t|", begin) - begin));
}

bool begins_with_digit(std::string_view text) { return !text.empty() && text.front() >= '0' && text.front() <= '9'; }

bool is_header(std::string_view text) {
  std::size_t at = text.find("NVIDIA-SMI ");
  return at != std::string_view::npos && begins_with_digit(trim(text.substr(at + 11)));
}

void add_cuda(const std::string& version, std::size_t line, Clues& clues) {
  if (begins_with_digit(version)) clues.add("cuda.driver", version, line);
  else if (version == "N/A" || version == "ERR!") clues.add("smi.cuda", "none", line);  // ERR! in containers of WSL
}

// "NVIDIA-SMI 535.54.03   Driver Version: 535.54.03   CUDA Version: 12.2", in R610 and later with "KMD Version" and "CUDA UMD Version";
// in a narrow window its parts stand on several lines.
bool read_header(std::span<const Line> lines, std::size_t i, Clues& clues) {
  std::string_view text = lines[i].text;
  if (text.size() > longest_row || !is_header(text)) return false;
  std::string joined(text);
  for (std::size_t k = i + 1; k < lines.size() && k <= i + 2 && !joined.contains("CUDA"); ++k) {
    std::string_view next = lines[k].text;
    if (next.size() > longest_row || next.contains("--") || next.contains("==")) break;
    joined += ' ';
    joined += next;
  }
  std::string driver = word_after(joined, "Driver Version:");
  if (std::string module = word_after(joined, "KMD Version:"); begins_with_digit(module)) {
    clues.add("driver.module", module, i);
    if (driver.empty()) driver = module;
  }
  if (!begins_with_digit(driver)) return false;
  clues.add("smi.works", "yes", i);
  clues.add("driver", driver, i);
  std::string cuda = word_after(joined, "CUDA UMD Version:");
  add_cuda(cuda.empty() ? word_after(joined, "CUDA Version:") : cuda, i, clues);
  return true;
}

// "0  Tesla V100-SXM2...  Off": index, name, and what stands in the column of persistence or of Windows' driver model.
bool read_name_cell(const std::string& cell, SmiCard& card, std::string& last_word) {
  std::vector<std::string> words = blank_separated(cell);
  if (words.size() < 2) return false;
  std::string index = words.front();
  if (index.ends_with('.')) index.pop_back();
  if (!is_digits(index) || index.size() > 3) return false;
  card.index = index;
  for (std::string_view column : {"Off", "On", "N/A", "WDDM", "TCC", "MCDM", "ERR!"}) {
    if (words.back() != column) continue;
    last_word = words.back();
    words.pop_back();
    break;
  }
  for (std::size_t i = 1; i < words.size(); ++i) card.name += (i > 1 ? " " : "") + words[i];
  return true;
}

bool read_card_row(const std::vector<std::string>& cells, std::size_t line, Table& table, Clues& clues) {
  if (cells.size() < 2 || table.cards.size() >= most_cards) return false;
  std::vector<std::string> words = blank_separated(cells[1]);
  if (words.empty() || !is_bus_id(words.front())) return false;
  SmiCard card;
  std::string last_word;
  if (!read_name_cell(cells[0], card, last_word)) return false;
  card.bus = words.front();
  card.line = line;
  std::string model = to_lower(last_word);
  if (model == "wddm" || model == "tcc" || model == "mcdm") clues.add("smi.driver-model", model, line);
  if (cells.size() > 2 && is_digits(cells[2]) && cells[2].find_first_not_of('0') != std::string::npos)
    clues.add("smi.ecc-errors", cells[2], line);
  table.is_closed = false;
  table.cards.push_back(std::move(card));
  return true;
}

void read_memory_row(const std::vector<std::string>& cells, SmiCard& card) {
  for (const std::string& cell : cells) {
    std::size_t slash = cell.find('/');
    if (slash == std::string::npos || card.total) continue;
    std::vector<std::string> before = blank_separated(std::string_view(cell).substr(0, slash));
    std::vector<std::string> after = blank_separated(std::string_view(cell).substr(slash + 1));
    if (before.empty() || after.empty() || !to_lower(after.front()).ends_with('b')) continue;
    card.used = mib_of(before.back());
    card.total = mib_of(after.front());
  }
  if (card.mode.empty()) card.mode = compute_mode_of(cells.back());
}

// "0   N/A  N/A   1234   C   python3   1234MiB"; older ones lack the type or the two columns of MIG.
void read_process_row(const std::vector<std::string>& cells, std::size_t line, Table& table) {
  std::vector<std::string> words;
  for (const std::string& cell : cells)
    for (std::string& word : blank_separated(cell)) words.push_back(std::move(word));
  if (words.size() < 3 || !is_digits(words.front()) || words.front().size() > 3 || table.processes.size() >= 1000) return;
  std::size_t type = 0;
  for (std::size_t i = 2; i < words.size() && i < 6 && type == 0; ++i)
    if (words[i] == "C" || words[i] == "G" || words[i] == "C+G" || words[i] == "M+C") type = i;
  if (type > 0 && words[type] == "G") return;
  std::size_t begin = type > 0 ? type + 1 : 2;
  std::size_t end = words.size();
  if (end > begin && (mib_of(words.back()) || words.back() == "N/A" || words.back() == "Supported")) --end;
  std::string name;
  for (std::size_t i = begin; i < end; ++i) name += (i > begin ? " " : "") + words[i];
  if (!name.empty() && !name.starts_with("Not")) table.processes.emplace_back(name, line);
}

void read_row(const std::vector<std::string>& cells, std::size_t line, Table& table, Clues& clues) {
  if (cells.empty()) return;
  std::string lower = to_lower(cells.front());
  if (lower.contains("processes:")) table.part = Part::processes, table.lists_processes = true;
  else if (lower.starts_with("mig devices")) table.part = Part::mig, table.lists_mig = true;
  else if (read_card_row(cells, line, table, clues)) table.part = Part::cards;
  else if (table.part == Part::processes) read_process_row(cells, line, table);
  else if (lower.contains("no mig devices found")) table.lists_mig = true;
  else if (table.part == Part::mig) table.mig_devices += is_digits(lower.substr(0, lower.find(' '))) ? 1 : 0;
  else if (!table.cards.empty()) {
    SmiCard& card = table.cards.back();
    std::string state = to_lower(cells.back());
    if (state.starts_with("enabled") || state.starts_with("disabled")) card.mig = state.starts_with("enabled") ? "enabled" : "disabled";
    else if (!card.total) read_memory_row(cells, card);
  }
  if (!table.has_header && table.cards.empty()) return;
  for (const std::string& cell : cells)
    if (cell.contains("ERR!") || cell.contains("Unknown Error") || cell.contains("requires reset"))
      clues.add("smi.error", cell.contains("ERR!") ? "ERR!" : cell.contains("reset") ? "reset" : "Unknown Error", line);
}

void finish(Table& table, Clues& clues) {
  for (const SmiCard& card : table.cards) add_smi_card(card, clues);
  if (table.has_header && table.is_closed && !table.cards.empty())
    clues.add("gpu.count", std::to_string(table.cards.size()), table.cards.front().line);
  if (table.lists_mig) clues.add("smi.mig-devices", std::to_string(table.mig_devices), table.last_row);
  if (table.lists_processes) {
    if (table.processes.empty()) clues.add("smi.processes", "none", table.last_row);
    else clues.add("gpu.processes", std::to_string(table.processes.size()), table.processes.front().second);
  }
  for (std::size_t i = 0; i < table.processes.size() && i < most_names; ++i)
    clues.add("gpu.process", table.processes[i].first, table.processes[i].second);
  table = {};
}

bool is_border(std::string_view text) {
  return text.starts_with('+') || text.starts_with("|--") || text.starts_with("|==") || text.starts_with("├") || text.starts_with("╞") ||
         text.starts_with("╘") || text.starts_with("╒");
}

bool is_row(std::string_view text) { return text.starts_with('|') || text.starts_with("│"); }

}  // namespace

void read_smi_tables(std::span<const Line> lines, Clues& clues) {
  constexpr std::size_t widest_gap = 3;  // lines without a border inside of one table: blank ones, the end of a wrapped one
  Table table;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = trim(lines[i].text);
    if (i > table.last_row + widest_gap) finish(table, clues), table.last_row = i;
    if (text.size() > longest_row || text.empty()) continue;
    if (read_header(lines, i, clues)) {
      finish(table, clues);
      table.has_header = true;
      table.last_row = i;
    } else if (is_border(text)) {
      table.is_closed = table.is_closed || (text.starts_with('+') || text.starts_with("╞") || text.starts_with("╘"));
      table.last_row = i;
    } else if (is_row(text)) {
      std::string joined(text);
      // A narrow window or an editor broke the row in two.
      if (!text.ends_with('|') && !text.ends_with("│") && i + 1 < lines.size()) {
        std::string_view next = trim(lines[i + 1].text);
        if (next.ends_with('|') && !is_row(next) && next.size() < longest_row) joined += ' ', joined += next;
      }
      read_row(table_cells(joined), i, table, clues);
      table.last_row = i;
    }
  }
  finish(table, clues);
}

}  // namespace gpuwhy
