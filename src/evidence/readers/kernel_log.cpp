#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "evidence/readers/kernel_words.h"
#include "evidence/readers/readers.h"
#include "facts/xid.h"

namespace gpuwhy {

namespace {

constexpr std::size_t none = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool holds_any(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.contains(word); });
}

// The first release of a kernel among the words of a line.
std::string release_in(std::string_view text) {
  for (std::string_view word : split(text, ' ')) {
    word = word.substr(std::min(word.find_first_not_of("'\"(["), word.size()));
    if (std::string release = kernel_release(word); release.contains('-')) return release;
  }
  return {};
}

// --- Xid: "NVRM: Xid (PCI:0000:01:00): 79, pid=...", "Xid 79", "XidCriticalError: Xid=48 on Device=..." ---

struct XidWord {
  std::string card;
  int number = 0;
};

XidWord read_xid_at(std::string_view rest) {
  XidWord xid;
  rest = trim(rest);
  if (rest.starts_with('(')) {
    std::size_t close = rest.find(')');
    constexpr std::size_t longest_address = 24;
    if (close == none || close > longest_address) return {};
    std::string_view card = rest.substr(1, close - 1);
    if (card.starts_with("PCI:")) card.remove_prefix(4);
    xid.card = to_lower(card);
    rest = rest.substr(close + 1);
  }
  for (std::string_view word : {"errors", "error", "Errors", "Error", "event", "code"})
    if (rest.starts_with(word)) rest = trim(rest.substr(word.size()));
  rest = rest.substr(std::min(rest.find_first_not_of(" :=#"), rest.size()));
  std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
  constexpr std::size_t most_digits = 3;
  if (end == 0 || end > most_digits || (end < rest.size() && (is_letter(rest[end]) || rest[end] == '.'))) return {};
  xid.number = static_cast<int>(parse_int(rest.substr(0, end)).value_or(0));
  return xid;
}

void read_xids(std::string_view text, std::size_t at, Clues& clues) {
  for (std::string_view spelled : {"Xid", "XID"}) {
    for (std::size_t found = text.find(spelled); found != none; found = text.find(spelled, found + 3)) {
      if (found > 0 && (is_letter(text[found - 1]) || text[found - 1] == '_')) continue;  // SXid is a switch's
      XidWord xid = read_xid_at(text.substr(found + 3));
      const facts::Xid* row = facts::find_xid(xid.number);
      if (!row) continue;
      std::string number = std::to_string(xid.number);
      clues.add("xid", number, at);
      if (!xid.card.empty()) clues.add("xid.card", xid.card, at);
      constexpr int off_the_bus = 79, init_failed = 143;
      bool of_card = row->suspect == "hardware" && row->hides_gpu != "no" && row->hides_gpu != "";
      if (of_card && xid.number != off_the_bus && xid.number != init_failed) clues.add("xid.fault", number, at);
    }
  }
}

// --- modprobe, insmod, systemd-modules-load, nvidia-installer ---

std::string_view refusal(std::string_view lower) {
  struct Reason {
    std::string_view words, value;
  };
  constexpr std::array<Reason, 11> reasons = {{{"key was rejected", "key"},
                                               {"required key not available", "key"},
                                               {"not signed by a key", "key"},
                                               {"operation not permitted", "denied"},
                                               {"permission denied", "denied"},
                                               {"no such device", "no-device"},
                                               {"invalid module format", "format"},
                                               {"exec format error", "format"},
                                               {"unknown symbol", "symbol"},
                                               {"device or resource busy", "busy"},
                                               {"input/output error", "no-device"}}};
  for (const Reason& reason : reasons)
    if (lower.contains(reason.words)) return reason.value;
  return "other";
}

void read_refused_module(std::string_view lower, std::size_t at, Clues& clues) {
  constexpr std::array<std::string_view, 6> starts = {"could not insert",  "error inserting",          "failed to insert",
                                                      "can't load module", "kernel module load error", "cannot insert"};
  if (!holds_any(lower, starts)) return;
  if (!lower.contains("nvidia") && !lower.contains("kernel module load error")) return;
  bool uvm = lower.contains("nvidia_uvm") || lower.contains("nvidia-uvm") || lower.contains("current-uvm");
  std::string_view why = refusal(lower);
  bool of_display = lower.contains("drm") || lower.contains("modeset");
  if (why == "other" || (of_display && why != "key")) return;
  clues.add(uvm ? "module.refused.uvm" : "module.refused", why, at);
}

// "modprobe: FATAL: Module nvidia not found in directory /lib/modules/5.15.5-arch1-1": that directory is the running kernel's
void read_missing_module(std::string_view text, std::size_t at, Clues& clues) {
  constexpr std::array<std::string_view, 7> starts = {"FATAL: Module ",        "ERROR: Module ",          "could not find module by name='",
                                                      "find module by name '", "Failed to find module '", "modprobe: module ",
                                                      "ERROR: module '"};
  for (std::string_view start : starts) {
    std::size_t found = text.find(start);
    if (found == none) continue;
    std::string_view word = text.substr(found + start.size());
    std::string_view rest = word.substr(std::min(word.find_first_of(" '"), word.size()));
    word = word.substr(0, word.size() - rest.size());
    bool by_path = word.contains('/');
    if (by_path) word = word.substr(word.rfind('/') + 1);
    bool missing = start.contains("find module") || rest.contains("not found") || rest.contains("doesn't exist");
    if (!missing || !word.starts_with("nvidia") || word.contains("drm") || word.contains("modeset")) continue;
    if (std::size_t ko = word.find(".ko"); ko != none) word = word.substr(0, ko);
    clues.add("module.missing", module_name(word), at);
    constexpr std::string_view folder = "/lib/modules/";
    std::size_t path = text.find(folder, found);
    if (std::string running = path == none ? "" : kernel_release(text.substr(path + folder.size())); !running.empty())
      clues.add("kernel", running, at);
  }
}

// --- DKMS and its kin ---

bool speaks_of_nvidia(std::span<const Line> lines, std::size_t at) {
  constexpr std::size_t around = 10;
  std::size_t begin = at > around ? at - around : 0;
  for (std::size_t i = begin; i < std::min(lines.size(), at + around); ++i)
    if (std::string_view text = readable(lines[i]); text.contains("nvidia") || text.contains("NVIDIA")) return true;
  return false;
}

void read_build(std::span<const Line> lines, std::size_t at, Clues& clues) {
  constexpr std::array<std::string_view, 8> headers = {
      "kernel headers for kernel",     "kernel source for kernel",    "kernel headers for module nvidia", "kernel headers for this kernel",
      "kernel source for this kernel", "locate Linux kernel headers", "install the linux-headers-",       "find a match: kernel-headers"};
  constexpr std::array<std::string_view, 6> failures = {
      "Bad return status for module build", "bad exit status", ".ko failed for:", "failed for nvidia", "nvidia-dkms (--configure)",
      "nvidia kernel module (--configure)"};
  std::string_view text = readable(lines[at]);
  bool no_headers = holds_any(text, headers), failed = holds_any(text, failures);
  if ((!no_headers && !failed) || !speaks_of_nvidia(lines, at)) return;
  std::string release = release_in(text);
  if (release.empty() && at + 1 < lines.size()) release = release_in(readable(lines[at + 1]));
  if (release.empty()) release = "the running kernel";
  clues.add(no_headers ? "headers.missing" : "module.broken-build", release, at);
}

// A module was built, but for none of the kernels that the text shows as the running one.
void compare_kernels(Clues& clues) {
  const Clue* running = clues.first("kernel");
  const Clue* built = clues.first("module.kernel");
  if (running && built && !clues.has("module.kernel", running->value)) clues.add("pair.module-of-other-kernel", built->value, built->line);
}

// --- addresses of cards: "pci 0000:01:00.0: BAR 1 [mem size 0x10000000 64bit pref]: can't assign; no space" ---

std::set<std::string> nvidia_addresses(std::span<const Line> lines) {
  std::set<std::string> found;
  constexpr std::array<std::string_view, 6> words = {"10de", "NVIDIA", "nVidia", "nvidia 0", "NVRM", "nouveau 0"};
  constexpr std::size_t most_addresses = 64;
  for (const Line& line : lines) {
    std::string_view text = readable(line);
    if (!holds_any(text, words)) continue;
    for (std::size_t at = 0; at < text.size() && found.size() < most_addresses; ++at) {
      if (at > 0 && text[at - 1] != ' ' && text[at - 1] != '(' && text[at - 1] != ':') continue;
      if (std::string address = pci_address(text.substr(at)); !address.empty()) found.insert(address);
    }
  }
  return found;
}

// "[mem size 0x10000000 64bit pref]": of the devices that people have, graphics cards alone ask for so much.
bool is_large_window(std::string_view text) {
  constexpr std::int64_t least = 64LL << 20;
  std::size_t size = text.find("size 0x");
  if (size == none || !text.contains("pref")) return false;
  std::string_view digits = text.substr(size + 7);
  return parse_int(digits.substr(0, digits.find_first_not_of("0123456789abcdef")), 16).value_or(0) >= least;
}

void read_bars(std::span<const Line> lines, Clues& clues) {
  std::map<std::string, std::size_t> unplaced;  // "0000:01:00.0 1" -> line
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = readable(lines[i]);
    std::size_t bar = text.find(": BAR ");
    if (bar == none || bar < 12 || bar + 8 > text.size() || !text.contains("mem")) continue;
    std::string address = pci_address(text.substr(bar - 12));
    std::string_view rest = text.substr(bar + 6);
    // Those of a bridge have two digits.
    if (address.empty() || !is_digit(rest[0]) || is_digit(rest[1])) continue;
    std::string key = address + " " + rest[0];
    if (rest.contains("no space") || rest.contains("failed to assign") || rest.contains("can't assign") || rest.contains("can't allocate"))
      unplaced.emplace(key, i);
    else if (rest.contains(": assigned")) unplaced.erase(key);
  }
  if (unplaced.empty()) return;
  std::set<std::string> cards = nvidia_addresses(lines);
  for (const auto& [key, line] : unplaced) {
    std::string address = key.substr(0, 12);
    if (cards.contains(address)) clues.add("bar.unplaced", address, line);
    else if (cards.empty() && is_large_window(readable(lines[line]))) clues.add("bar.unplaced.large", address, line);
  }
}

// --- the Fabric Manager ---

void read_fabric(std::span<const Line> lines, std::size_t at, Clues& clues) {
  std::string lower = to_lower(readable(lines[at]));
  bool service = lower.contains("fabricmanager") || lower.contains("fabric manager") || lower.contains("nv-fabric");
  if (service) {
    constexpr std::array<std::string_view, 5> failures = {"failed with result", "failed to start", ".service failed",
                                                          "entered failed state", "main process exited"};
    if (lower.contains("could not be found") || lower.contains("not be loaded")) clues.add("fabric", "absent", at);
    else if (holds_any(lower, failures)) clues.add("fabric", "failed", at);
    constexpr std::size_t lines_of_status = 6;
    for (std::size_t i = at; i < std::min(lines.size(), at + lines_of_status); ++i) {
      std::string_view text = readable(lines[i]);
      std::size_t active = text.find("Active: ");
      if (active == none) continue;
      std::string_view state = text.substr(active + 8);
      clues.add("fabric", state.starts_with("active") ? "active" : state.starts_with("failed") ? "failed" : "inactive", i);
      break;
    }
  }
  std::string_view block = trim(readable(lines[at]));
  if ((block == "Fabric" || lower.contains("fabric state")) && at + 1 < lines.size())
    for (std::size_t i = at; i < std::min(lines.size(), at + 3); ++i)
      if (readable(lines[i]).contains("In Progress")) clues.add("fabric", "in-progress", i);
}

// --- a task that waits in the driver ---

// "INFO: task gdscheck:509579 blocked for more than 120 seconds.", and a frame of the NVIDIA module in the stack below it
void read_hung_task(std::span<const Line> lines, std::size_t at, Clues& clues) {
  std::string_view text = readable(lines[at]);
  if (!text.contains(" blocked for more than ") && !text.contains("soft lockup - CPU")) return;
  constexpr std::size_t lines_of_stack = 40;
  for (std::size_t i = at; i < std::min(lines.size(), at + lines_of_stack); ++i)
    if (readable(lines[i]).contains("[nvidia")) {
      clues.add("hung", "nvidia", at);
      return;
    }
}

// --- the machine slept ---

// "suspend" as a word of its own: threads and jobs are suspended.
bool speaks_of_suspend(std::string_view lower) {
  constexpr std::string_view word = "suspend";
  for (std::size_t at = lower.find(word); at != none; at = lower.find(word, at + word.size()))
    if (at + word.size() == lower.size() || !is_letter(lower[at + word.size()])) return true;
  return false;
}

void read_sleep(std::string_view lower, std::size_t at, Clues& clues) {
  constexpr std::array<std::string_view, 18> words = {
      "after resum", "after sleep", "after wak",    "after the sleep", "hibernat",      "from sleep",
      "waking up",   "waking the",  "wakes up",     "woke up",         "wake up",       "wake from",
      "to sleep",    "the lid",     "from standby", "pm: resume",      "systemd-sleep", "system sleep state"};
  if (!holds_any(lower, words) && !speaks_of_suspend(lower)) return;
  // Training goes on after a checkpoint, and vLLM has a sleep mode of its own.
  for (std::string_view other : {"checkpoint", "epoch", "training", "sleep mode", "thread"})
    if (lower.contains(other)) return;
  clues.add("slept", "yes", at);
}

void read_secure_boot(std::string_view lower, std::size_t at, Clues& clues) {
  constexpr std::array<std::string_view, 5> on = {"secureboot enabled", "secure boot enabled", "secure boot: enabled",
                                                  "secure boot is enabled", "locked down from efi secure boot"};
  constexpr std::array<std::string_view, 4> off = {"secureboot disabled", "secure boot disabled", "secure boot: disabled",
                                                   "secure boot is disabled"};
  if (holds_any(lower, off)) clues.add("secure-boot", "disabled", at);
  else if (holds_any(lower, on)) clues.add("secure-boot", "enabled", at);
}

// "nouveau 0000:01:00.0: NVIDIA GM204 (124020a1)": whoever logs with the card's address drives it
void read_rival(std::string_view text, std::size_t at, Clues& clues) {
  for (std::string_view driver : {"nouveau ", "NovaCore ", "nova_core "}) {
    std::size_t found = text.find(driver);
    if (found == none) continue;
    std::string_view rest = text.substr(found + driver.size());
    if (!pci_address(rest).empty() && rest.size() > 12 && rest[12] == ':') clues.add("pci.driver", module_name(trim(driver)), at);
  }
}

}  // namespace

void read_kernel_log(std::span<const Line> lines, Clues& clues) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = readable(lines[i]);
    if (text.empty()) continue;
    std::string lower = to_lower(text);
    read_xids(text, i, clues);
    read_refused_module(lower, i, clues);
    read_missing_module(text, i, clues);
    read_build(lines, i, clues);
    read_hung_task(lines, i, clues);
    if (lower.contains("fabric")) read_fabric(lines, i, clues);
    read_sleep(lower, i, clues);
    read_secure_boot(lower, i, clues);
    read_rival(text, i, clues);
  }
  read_bars(lines, clues);
  compare_kernels(clues);
}

}  // namespace gpuwhy
