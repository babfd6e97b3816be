#include "causes/support/card_faults.h"

#include <algorithm>

#include "base/text.h"
#include "causes/support/driver_faults.h"
#include "causes/support/jetson.h"

namespace gpuwhy {
namespace {

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// Without the number of the function: an Xid names "0000:01:00".
std::string_view slot_of(std::string_view address) { return address.substr(0, address.rfind('.')); }

bool names(const KernelLogLine& line, std::string_view address) { return !address.empty() && holds(to_lower(line.text), slot_of(address)); }

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// "0000:0a:00" anywhere in the text: it speaks of one device, of this machine or not.
bool holds_pci_address(std::string_view text) {
  constexpr std::string_view form = "hhhh:hh:hh";
  for (std::size_t at = 0; at + form.size() <= text.size(); ++at) {
    bool fits = true;
    for (std::size_t i = 0; i < form.size() && fits; ++i) fits = form[i] == ':' ? text[at + i] == ':' : is_hex(text[at + i]);
    if (fits) return true;
  }
  return false;
}

bool is_listed_by_cuda(const Snapshot& snapshot, const std::string& address) {
  return std::ranges::any_of(snapshot.drivers, [&](const DriverAnswers& driver) {
    return driver.devices.is_known() &&
           std::ranges::any_of(*driver.devices, [&](const CudaDevice& device) { return device.pci_address == address; });
  });
}

bool is_read_by_nvml(const NvmlDevice* card) { return card && card->handle == 0 && !card->memory_total.is_unknown(); }

// NVML knows a card that it cannot reach by its number only.
const NvmlDevice* find_nvml(const std::vector<NvmlDevice>& all, const std::string& address, std::size_t cards) {
  for (const NvmlDevice& card : all)
    if (!address.empty() && card.pci_address == address) return &card;
  return cards == 1 && all.size() == 1 && all.front().pci_address.empty() ? &all.front() : nullptr;
}

}  // namespace

std::vector<Card> cards_of(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  static const std::vector<NvmlDevice> none;
  const std::vector<NvmlDevice>& nvml = driver && driver->nvml_devices.is_known() ? *driver->nvml_devices : none;
  std::vector<const PciFunction*> functions = nvidia_functions(snapshot);
  std::vector<Card> cards;
  for (const PciFunction* function : functions)
    cards.push_back({function->address, card_title(*function) + fmt::format(" ({})", function->address), function,
                     find_nvml(nvml, function->address, functions.size())});
  for (const NvmlDevice& card : nvml) {
    bool known = std::ranges::any_of(cards, [&](const Card& other) { return other.nvml == &card; });
    // One without an address is lost, and the bus has it already.
    if (known || (card.pci_address.empty() && !functions.empty())) continue;
    std::string where = card.pci_address.empty() ? "" : fmt::format(" ({})", card.pci_address);
    cards.push_back({card.pci_address, (card.name.empty() ? "a card" : card.name) + where, nullptr, &card});
  }
  for (Card& card : cards) card.answers = is_listed_by_cuda(snapshot, card.address) || is_read_by_nvml(card.nvml);
  return cards;
}

std::string why_cards_are_not_judged(const Snapshot& snapshot) {
  if (hides_hardware(snapshot)) return "this place does not show its hardware and brings its own driver";
  if (is_jetson(snapshot)) return "a Jetson has a driver of its own";
  return cards_of(snapshot).empty() ? "there is no NVIDIA card" : "";
}

bool card_fails_without_reason(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot) || !snapshot.kernel_module.loaded.is(true) || snapshot.variable("CUDA_VISIBLE_DEVICES")) return false;
  const DriverAnswers* driver = default_driver(snapshot);
  bool failed =
      driver && (driver->init.is_known() || driver->nvml_init.is_known() || driver->end == "timed out" || driver->end == "crashed");
  if (!failed) return false;  // its libraries are missing, or nobody asked
  const DeviceNode* control = find_node(snapshot, control_node);
  if (!control || !control->open_error.is(0)) return false;
  constexpr std::int64_t driver_library_mismatch = 18;  // NVML_ERROR_LIB_RM_VERSION_MISMATCH
  std::optional<std::int64_t> code = init_code(snapshot), nvml = nvml_code(snapshot);
  if (nvml == driver_library_mismatch) return false;
  for (std::int64_t other : {34, 35, 802, 803, 804})  // a stub, too old, NVSwitch, versions that differ
    if (code == other) return false;
  return std::ranges::any_of(cards_of(snapshot),
                             [](const Card& card) { return !card.answers && card.function && card.function->driver.is("nvidia"); });
}

Verdict without_log_line(const Snapshot& snapshot) {
  if (!snapshot.kernel_log.lines.is_unknown() || !card_fails_without_reason(snapshot)) return passes();
  return cannot_tell("the kernel's log", snapshot.kernel_log.lines);
}

std::vector<const KernelLogLine*> log_lines(const Snapshot& snapshot, const Card& card, const std::vector<std::string_view>& words) {
  std::vector<const KernelLogLine*> found;
  if (!snapshot.kernel_log.lines.is_known()) return found;
  const std::vector<KernelLogLine>& all = *snapshot.kernel_log.lines;
  std::vector<Card> cards = cards_of(snapshot);
  constexpr std::size_t lines_of_one_message = 2;  // "The NVIDIA GPU 0000:b3:00.0" / "installed in this system has" / "fallen off the bus"
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::ranges::none_of(words, [&](std::string_view word) { return holds(all[i].text, word); })) continue;
    // The line itself, then those around it.
    const Card* named = nullptr;
    for (std::size_t distance = 0; distance <= lines_of_one_message && !named; ++distance)
      for (const Card& other : cards)
        if ((i >= distance && names(all[i - distance], other.address)) ||
            (i + distance < all.size() && names(all[i + distance], other.address)))
          named = named ? named : &other;
    if (named ? named->address == card.address : cards.size() == 1 && !holds_pci_address(all[i].text)) found.push_back(&all[i]);
  }
  return found;
}

std::vector<LoggedXid> logged_xids(const Snapshot& snapshot, const Card& card) {
  std::vector<LoggedXid> found;
  for (const KernelLogLine* line : log_lines(snapshot, card, {"Xid"})) {
    auto xid = facts::read_xid_line(line->text);
    if (!xid) continue;
    std::erase_if(found, [&](const LoggedXid& other) { return other.number == xid->number; });
    found.push_back({xid->number, line, facts::find_xid(xid->number)});
  }
  return found;
}

void prove_log(const Snapshot& snapshot, Finding& finding, const KernelLogLine& line) {
  std::string text = line.time.empty() ? line.text : fmt::format("{} {}", line.time, line.text);
  prove(finding, fmt::format("the kernel says: {}", text), {Source::log, snapshot.kernel_log.source, text});
}

bool has_left_bus(const Snapshot& snapshot, const Card& card) {
  constexpr std::int64_t gpu_is_lost = 15;  // NVML_ERROR_GPU_IS_LOST
  if (card.answers) return false;
  if (card.nvml && card.nvml->handle == gpu_is_lost) return true;
  // A card that nobody drives may have been switched off on purpose.
  if (card.function && card.function->answers.is(false) && card.function->driver.is("nvidia")) return true;
  return !log_lines(snapshot, card, {"fallen off the bus", "GPU is lost"}).empty();
}

int unplaced_bar(const Card& card) {
  if (!card.function || !card.function->bars.is_known()) return -1;
  for (const PciBar& bar : *card.function->bars)
    if (bar.size == 0) return bar.index;
  return -1;
}

bool driver_refused_bar(const Snapshot& snapshot, const Card& card) {
  return !log_lines(snapshot, card, {"PCI I/O region assigned to your NVIDIA device is invalid", " is 0M @ 0x0"}).empty();
}

bool failed_to_start(const Snapshot& snapshot, const Card& card) {
  return !card.answers && !log_lines(snapshot, card, {"RmInitAdapter", "rm_init_adapter failed", "GFW_BOOT", "GFW boot", "WPR2"}).empty();
}

Severity severity_for_card(const Snapshot& snapshot) { return driver_reaches_gpu(snapshot) ? Severity::degraded : Severity::blocked; }

std::string on_host(const Snapshot& snapshot) { return in_container(snapshot) ? "on the host: " : ""; }

}  // namespace gpuwhy
