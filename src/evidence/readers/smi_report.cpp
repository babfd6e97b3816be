#include <algorithm>

#include "base/text.h"
#include "evidence/readers/smi_card.h"
#include "evidence/readers/smi_parts.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 300;

// nvidia-smi -q: "key   : value" lines below titles; a title stands alone on its line.
class SmiReport {
 public:
  explicit SmiReport(Clues& clues) : clues_(clues) {}

  void read(std::string_view raw, std::size_t line) {
    std::string_view text = trim(raw);
    if (text.contains("NVSMI LOG")) {
      end_card();
      inside_ = true;
      return;
    }
    std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
      if (!text.empty()) title_ = text;
      return;
    }
    if (text.starts_with("GPU ") && is_bus_id(trim(text.substr(4)))) {  // "GPU 00000000:01:00.0" begins a card
      end_card();
      inside_ = true;
      card_.index = std::to_string(cards_++);
      card_.line = line;
      return;
    }
    // The program pads its keys: two blanks or more stand before the colon, unlike in most other text.
    bool is_padded = colon >= 2 && text[colon - 1] == ' ' && (text[colon - 2] == ' ' || inside_);
    std::string_view value = trim(text.substr(colon + 1));
    if (is_padded && !value.empty()) read_pair(trim(text.substr(0, colon)), value, line);
  }

  void end() {
    end_card();
    if (processes_ > 0) clues_.add("gpu.processes", std::to_string(processes_), process_line_);
  }

 private:
  void end_card() {
    if (!card_.name.empty()) add_smi_card(card_, clues_);
    card_ = {};
  }

  void read_pair(std::string_view key, std::string_view value, std::size_t line) {
    bool is_number = value.front() >= '0' && value.front() <= '9';
    if (key == "Driver Version" && is_number) clues_.add("driver", value, line), clues_.add("smi.works", "yes", line);
    else if (key == "KMD Version" && is_number) clues_.add("driver", value, line), clues_.add("driver.module", value, line);
    else if (key == "CUDA Version" || key == "CUDA UMD Version") read_cuda(value, line);
    else if (key == "Attached GPUs" && is_digits(value)) clues_.add("gpu.count", value, line);
    else if (key == "Product Name") start_card(value, line);
    else if (key == "Bus Id" && is_bus_id(value)) card_.bus = value;
    else if (key == "Compute Mode" && !compute_mode_of(value).empty()) read_mode(value, line);
    else if (key == "Current") read_current(value, line);
    else if (key == "Total" && title_.contains("FB Memory Usage")) card_.total = mib_of(value);
    else if (key == "Used" && title_.contains("FB Memory Usage")) card_.used = mib_of(value);
    else if (key == "GSP Firmware Version" && is_number) clues_.add("smi.firmware", value, line);
    else if (key.ends_with("Virtualization Mode")) clues_.add("smi.virtualization", to_lower(value), line);
    else if (key == "License Status") clues_.add("smi.license", value.starts_with("Licensed") ? "licensed" : "unlicensed", line);
    else read_fault(key, value, line);
  }

  void read_cuda(std::string_view value, std::size_t line) {
    if (value == "N/A" || value == "Not Found") clues_.add("smi.cuda", "none", line);
    else if (value.front() >= '0' && value.front() <= '9') clues_.add("cuda.driver", value, line);
  }

  void start_card(std::string_view name, std::size_t line) {
    if (!card_.name.empty()) end_card();
    card_.name = name;
    card_.line = line;
  }

  void read_mode(std::string_view value, std::size_t line) {
    card_.mode = compute_mode_of(value);
    if (card_.name.empty()) clues_.add("smi.compute-mode", card_.mode, line), clues_.add("smi.works", "yes", line);
  }

  void read_current(std::string_view value, std::size_t line) {
    std::string lower = to_lower(value);
    if (title_ == "MIG Mode" && (lower == "enabled" || lower == "disabled")) {
      card_.mig = lower;
      if (card_.name.empty()) clues_.add("smi.mig", lower, line);
    }
    if (title_ == "Driver Model" && (lower == "wddm" || lower == "tcc" || lower == "mcdm")) clues_.add("smi.driver-model", lower, line);
  }

  void read_fault(std::string_view key, std::string_view value, std::size_t line) {
    bool is_count = is_digits(value) && value.find_first_not_of('0') != std::string_view::npos;
    bool is_yes = to_lower(value) == "yes";
    if (title_ == "Volatile" && key.contains("Uncorrectable") && is_count) clues_.add("smi.ecc-errors", value, line);
    if ((key == "Pending Page Blacklist" || (key == "Pending" && title_ == "Remapped Rows") || key == "Pending Retirement") && is_yes)
      clues_.add("smi.retirement-pending", "yes", line);
    if (key == "Remapping Failure Occurred" && is_yes) clues_.add("smi.remap-failed", "yes", line);
    if (key == "Process ID" && is_digits(value)) last_process_ = line;
    if (last_process_ == 0 || line > last_process_ + 4) return;
    if (key == "Type" && value.contains('C')) ++processes_, process_line_ = line;
    if (key == "Name") clues_.add("gpu.process", value.substr(0, 100), line);
  }

  Clues& clues_;
  SmiCard card_;
  std::string title_;
  std::size_t cards_ = 0, processes_ = 0, process_line_ = 0, last_process_ = 0;
  bool inside_ = false;
};

}  // namespace

void read_smi_report(std::span<const Line> lines, Clues& clues) {
  SmiReport report(clues);
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].text.size() <= longest_line) report.read(lines[i].text, i);
  report.end();
}

}  // namespace gpuwhy
