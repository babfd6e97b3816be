#include <algorithm>

#include "base/text.h"
#include "evidence/readers/smi_card.h"
#include "evidence/readers/smi_parts.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 400;

struct Listed {
  std::size_t cards = 0, first_line = 0, last_line = 0, mig_devices = 0;
  bool from_zero = false;
};

void finish(Listed& listed, Clues& clues) {
  // A list that does not begin with card 0 was cut, or filtered.
  if (listed.cards > 0 && listed.from_zero) clues.add("gpu.count", std::to_string(listed.cards), listed.first_line);
  if (listed.mig_devices > 0) clues.add("smi.mig-devices", std::to_string(listed.mig_devices), listed.first_line);
  listed = {};
}

// "GPU 0: Tesla T4 (UUID: GPU-...)"
bool read_listed_card(std::string_view text, std::size_t line, Listed& listed, Clues& clues) {
  std::size_t colon = text.find(": "), uuid = text.find(" (UUID: ");
  if (!text.starts_with("GPU ") || colon == std::string_view::npos || uuid == std::string_view::npos || uuid <= colon) return false;
  std::string_view index = text.substr(4, colon - 4);
  if (!is_digits(index) || index.size() > 3) return false;
  if (index == "0" && listed.cards > 0) finish(listed, clues);
  SmiCard card;
  card.index = index;
  card.name = trim(text.substr(colon + 2, uuid - colon - 2));
  card.line = line;
  if (listed.cards++ == 0) listed.first_line = line, listed.from_zero = index == "0";
  listed.last_line = line;
  add_smi_card(card, clues);
  return true;
}

// gpustat: "[0] NVIDIA GeForce RTX 3090 | 45'C,   0 % |   312 / 24576 MB | user(302M)"
bool read_gpustat_line(std::string_view text, std::size_t line, Clues& clues) {
  std::size_t bracket = text.find(']');
  if (!text.starts_with('[') || bracket == std::string_view::npos || !is_digits(text.substr(1, bracket - 1))) return false;
  std::vector<std::string> cells = table_cells(text.substr(bracket + 1));
  if (cells.size() < 3 || !cells[1].contains("C,")) return false;
  std::size_t slash = cells[2].find('/');
  if (slash == std::string::npos || !cells[2].ends_with("MB")) return false;
  SmiCard card;
  card.index = text.substr(1, bracket - 1);
  card.name = cells[0];
  card.line = line;
  card.used = mib_of(std::string_view(cells[2]).substr(0, slash));
  card.total = mib_of(std::string_view(cells[2]).substr(slash + 1));
  add_smi_card(card, clues);
  return true;
}

// nvidia-smi --version: "DRIVER version         : 535.183.01"
void read_version_line(std::string_view text, std::size_t line, Clues& clues) {
  std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return;
  std::string_view key = trim(text.substr(0, colon)), value = trim(text.substr(colon + 1));
  bool is_number = !value.empty() && value.front() >= '0' && value.front() <= '9' && !value.contains(' ');
  if (!is_number || colon == key.size()) return;  // a form with blanks before the colon, as the program pads it
  if (key == "DRIVER version") clues.add("driver", value, line), clues.add("smi.works", "yes", line);
  else if (key == "CUDA Version" || key == "CUDA UMD Version") clues.add("cuda.driver", value, line);
}

}  // namespace

void read_smi_lists(std::span<const Line> lines, Clues& clues) {
  Listed listed;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].text.size() > longest_line) continue;
    std::string_view text = trim(lines[i].text);
    if (listed.cards > 0 && i > listed.last_line + 20) finish(listed, clues);
    if (read_listed_card(text, i, listed, clues) || read_gpustat_line(text, i, clues)) continue;
    if (text.starts_with("MIG ") && text.contains("(UUID: MIG-")) {
      ++listed.mig_devices;
      listed.last_line = i;
    } else if (text == "No devices were found" || text == "No devices found.") {
      clues.add("smi.no-devices", "yes", i);
    } else {
      if (listed.cards > 0 && !text.empty() && !text.starts_with("GPU ")) finish(listed, clues);
      read_version_line(text, i, clues);
    }
  }
  finish(listed, clues);
}

}  // namespace gpuwhy
