#include <algorithm>

#include "causes/support/card_code.h"
#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/older_builds.h"

namespace gpuwhy::causes::ptx_newer_than_driver {

namespace {

std::string cuda_words(std::int64_t cuda) { return fmt::format("{}.{}", cuda / 1000, cuda % 1000 / 10); }

// The oldest driver that compiles PTX of this CUDA by itself; "" when no table tells.
std::string driver_for(int cuda) {
  const facts::ToolkitMinimum* minimum = facts::find_toolkit_minimum(cuda);
  return minimum && Version::parse(minimum->native_min) ? std::string(minimum->native_min) : "";
}

// Only the build's list is known, so that nobody has read the version of its PTX: is that version in question?
bool may_be_too_new(const FrameworkContext& context, const CardCode& card, std::int64_t driver_cuda) {
  if (card.verdict.support != CodeSupport::jit_from_ptx || !card.verdict.ptx_isa.empty()) return false;
  auto built_with = context.build.cuda_version.is_known() ? Version::parse(*context.build.cuda_version) : std::nullopt;
  return built_with && facts::cuda_number(*built_with) > driver_cuda;
}

void add_remedies(const FrameworkContext& context, const std::string& needed, int driver_cuda, Finding& finding) {
  const Snapshot& snapshot = context.snapshot;
  auto wanted = Version::parse(needed);
  int last = last_branch_for_cards(snapshot);  // 0 = the current one
  bool can_update = wanted && (last == 0 || last >= wanted->major()) && !(hides_hardware(snapshot) && !in_wsl(snapshot));
  if (can_update) finding.remedies.push_back(checked(update_driver(snapshot, needed)));
  if (auto older = older_build(context, driver_cuda)) finding.remedies.push_back(*older);
  if (finding.remedies.empty())
    finding.remedies.push_back(checked(remedies::steps(
        "use a machine with a newer driver", {"no build with ready code for this card and this driver is known"}, Safety::show_only)));
}

}  // namespace

// For some card the build has PTX alone, and that PTX is of a newer CUDA than the driver's compiler.
Verdict check(const FrameworkContext& context) {
  if (auto verdict = why_no_card_codes(context)) return *verdict;
  if (gate_failed(context.prediction, "driver-version")) return not_applicable("the driver is too old for the build as a whole");
  const DriverAnswers* driver = opened_driver(context);
  if (!driver || !driver->version.is_known()) return not_applicable("the driver does not name its CUDA version");
  std::vector<CardCode> cards = card_codes(context);
  for (const CardCode& card : cards)
    if (may_be_too_new(context, card, *driver->version))
      return cannot_tell("the PTX version of the build's kernels", "its libraries were not read");
  std::erase_if(cards, [](const CardCode& card) { return card.verdict.gap != CodeGap::ptx_too_new; });
  if (cards.empty()) return passes();

  const CodeVerdict& first = cards.front().verdict;
  int needed = cuda_of_ptx(first.ptx_isa);
  std::string oldest = driver_for(needed);
  Finding finding;
  const Gate& gate = *context.prediction.find_gate("architecture");
  finding.severity = gate.state == GateState::failed ? Severity::blocked : Severity::degraded;
  finding.confidence = Confidence::likely;
  finding.also_explains = {"architecture"};
  finding.headline = fmt::format("{} has only PTX of CUDA {} for the {}, and the driver compiles PTX up to CUDA {}",
                                 title_of(context.build), cuda_words(needed), cards.front().name, cuda_words(*driver->version));
  for (const CardCode& card : cards)
    finding.details.push_back(fmt::format("{}: it has PTX {} alone ({}) in {}", card.title(), card.verdict.ptx_isa, card.verdict.image,
                                          share_words(card.verdict, card.verdict.compiled)));
  finding.details.push_back(fmt::format("PTX {} needs a driver of CUDA {}{}", first.ptx_isa, cuda_words(needed),
                                        oldest.empty() ? "" : fmt::format(", {} or newer", oldest)));
  finding.details.push_back("loading such a kernel fails with CUDA_ERROR_UNSUPPORTED_PTX_VERSION (222)");
  finding.because = gate.evidence;
  finding.because.push_back(driver->version.evidence());
  add_remedies(context, oldest, static_cast<int>(*driver->version), finding);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::ptx_newer_than_driver
