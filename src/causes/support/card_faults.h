// What the rules about a single card share: which cards there are, which of them answer now, and what the kernel's log says of each. A line
// of the log is history; it counts only for a card that does not answer any more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "causes/support/cause.h"
#include "facts/xid.h"

namespace gpuwhy {

struct Card {
  std::string address;                    // "0000:01:00.0"; "" where neither the bus nor NVML tells
  std::string title;                      // "NVIDIA GeForce RTX 4090 (0000:01:00.0)"
  const PciFunction* function = nullptr;  // nullptr: the bus is not shown here
  const NvmlDevice* nvml = nullptr;       // nullptr: NVML does not list it
  bool answers = false;                   // CUDA lists it, or NVML reads it
};
// Of the bus, and those that only NVML shows.
std::vector<Card> cards_of(const Snapshot& snapshot);
// Why a fault of a single card is not to be looked for: the place hides its hardware, or it is a board of another kind. "" = it is.
std::string why_cards_are_not_judged(const Snapshot& snapshot);
// The driver has taken a card and opens for this user, and still CUDA and NVML do not reach it, for no reason that another rule knows.
bool card_fails_without_reason(const Snapshot& snapshot);
// `cannot_tell` about the kernel's log where it could decide; else `passes`.
Verdict without_log_line(const Snapshot& snapshot);

// --- the kernel's log ---
// Lines that hold one of `words` and speak of this card: by its address in the line or beside it, or because there is no other card.
std::vector<const KernelLogLine*> log_lines(const Snapshot& snapshot, const Card& card, const std::vector<std::string_view>& words);
struct LoggedXid {
  int number = 0;
  const KernelLogLine* line = nullptr;
  const facts::Xid* row = nullptr;  // nullptr: no table explains the number
};
// Of this card, the newest line of each number.
std::vector<LoggedXid> logged_xids(const Snapshot& snapshot, const Card& card);
// Adds the line to the proof.
void prove_log(const Snapshot& snapshot, Finding& finding, const KernelLogLine& line);

// --- signs that several rules must tell apart ---
bool has_left_bus(const Snapshot& snapshot, const Card& card);
// A window of the card that the firmware or the kernel could not place: the number of the BAR, -1 = none.
int unplaced_bar(const Card& card);
bool driver_refused_bar(const Snapshot& snapshot, const Card& card);
bool failed_to_start(const Snapshot& snapshot, const Card& card);

// `degraded` where other cards work, else `blocked`.
Severity severity_for_card(const Snapshot& snapshot);
// "on the host: " inside of a container.
std::string on_host(const Snapshot& snapshot);

}  // namespace gpuwhy
