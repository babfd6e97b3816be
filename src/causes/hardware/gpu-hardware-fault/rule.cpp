#include "causes/support/card_faults.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::gpu_hardware_fault {

namespace {

constexpr int off_the_bus = 79;  // a cause of its own

// The worst that is known of one card, and its proof.
struct Fault {
  std::string headline;
  Severity severity = Severity::note;
};

void worsen(Fault& fault, Severity severity, std::string headline) {
  if (!fault.headline.empty() && severity <= fault.severity) return;
  fault = {std::move(headline), severity};
}

Fault judge_memory(const Card& card, Finding& finding) {
  Fault fault;
  if (!card.nvml) return fault;
  bool errors = card.nvml->uncorrected_errors.is_known() && *card.nvml->uncorrected_errors > 0;
  if (card.nvml->remapping_failed.is(true)) {
    worsen(fault, Severity::degraded, fmt::format("memory of {} is defective and could not be replaced by spare rows", card.title));
    prove(finding, "remapping a row of its memory has failed", card.nvml->remapping_failed.evidence());
  }
  if (card.nvml->retirement_pending.is(true)) {
    worsen(fault, Severity::degraded, fmt::format("memory of {} is defective and waits for a reset to be taken out of use", card.title));
    prove(finding, "a row or page of its memory waits for a reset to be taken out of use", card.nvml->retirement_pending.evidence());
  }
  if (errors && !fault.headline.empty())
    prove(finding, fmt::format("{} uncorrected errors since the driver was loaded", *card.nvml->uncorrected_errors),
          card.nvml->uncorrected_errors.evidence());
  return fault;
}

Fault judge_log(const Snapshot& snapshot, const Card& card, Finding& finding) {
  Fault fault;
  for (const LoggedXid& xid : logged_xids(snapshot, card)) {
    bool counts = xid.row && xid.number != off_the_bus && xid.row->suspect == "hardware" && xid.row->hides_gpu != "no";
    if (!counts) continue;
    worsen(fault, card.answers ? Severity::note : severity_for_card(snapshot),
           fmt::format("{} reports a fault of its hardware: {}", card.title, xid.row->meaning));
    prove_log(snapshot, finding, *xid.line);
  }
  return fault;
}

std::vector<Remedy> cures(const Snapshot& snapshot) {
  std::string host = on_host(snapshot);
  return {checked(remedies::steps(
              "reset the card",
              {host + "end all programs that use it, then: sudo nvidia-smi --gpu-reset -i NUMBER; where that is refused, reboot",
               "defective memory is taken out of use at that moment (nvidia-smi -q shows it under 'Remapped Rows' or 'Retired Pages')"},
              Safety::show_only, "none needed")),
          checked(remedies::steps("if it comes back",
                                  {"look at power and temperature, then run NVIDIA's field diagnostic (or dcgmi diag -r 3) and ask the "
                                   "seller to exchange the card"},
                                  Safety::safe, "none needed"))};
}

}  // namespace

// Defective memory that waits for a reset, or an Xid whose first suspect is the card itself. One that the card has survived is a note.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_cards_are_not_judged(snapshot); !why.empty()) return not_applicable(why);
  std::vector<Finding> findings;
  for (const Card& card : cards_of(snapshot)) {
    if (has_left_bus(snapshot, card)) continue;
    Finding finding;
    Fault memory = judge_memory(card, finding), logged = judge_log(snapshot, card, finding);
    const Fault& fault = logged.severity > memory.severity || memory.headline.empty() ? logged : memory;
    if (fault.headline.empty()) continue;
    finding.headline = fault.headline;
    finding.severity = fault.severity;
    // A fault beside a failing driver is its reason as far as can be seen; the driver does not say so.
    finding.confidence = card.answers ? Confidence::certain : Confidence::likely;
    if (!card.answers) prove_codes(snapshot, finding);
    finding.remedies = cures(snapshot);
    findings.push_back(std::move(finding));
  }
  return findings.empty() ? without_log_line(snapshot) : Verdict(Fires{std::move(findings)});
}

}  // namespace gpuwhy::causes::gpu_hardware_fault
