#include <algorithm>

#include "causes/support/card_code.h"
#include "causes/support/cause.h"

namespace gpuwhy::causes::slow_first_start_jit {

namespace {

// The driver keeps what it compiled; whoever switches that off, or gives it too little room, pays at every start.
bool keeps_nothing(const Snapshot& snapshot) {
  const std::string* is_off = snapshot.variable("CUDA_CACHE_DISABLE");
  return is_off && *is_off == "1";
}

void prove_cache(const Snapshot& snapshot, Finding& finding) {
  bool is_off = keeps_nothing(snapshot);
  finding.details.push_back(is_off ? "CUDA_CACHE_DISABLE=1 makes it do so at every start"
                                   : "the driver keeps the result (in ~/.nv/ComputeCache), so only the first start is slow");
  if (is_off) finding.because.push_back({Source::env, "CUDA_CACHE_DISABLE", "1"});
  if (in_container(snapshot) && !snapshot.variable("CUDA_CACHE_PATH"))
    finding.details.push_back("that folder goes with the container, unless CUDA_CACHE_PATH leads to a volume");
}

}  // namespace

// Nothing is broken: the driver compiles the build's PTX for this card, once.
Verdict check(const FrameworkContext& context) {
  if (auto verdict = why_no_card_codes(context)) return *verdict;
  std::vector<CardCode> cards = card_codes(context);
  // Where some kernels have ready code, the others are compiled one by one as they are used: no start is slow.
  std::erase_if(cards, [](const CardCode& card) {
    return card.verdict.support != CodeSupport::jit_from_ptx || card.verdict.compiled < card.verdict.containers;
  });
  if (cards.empty()) return passes();
  if (compiles_at_run_time(context.build.framework)) return not_applicable("it compiles its kernels at run time on every card");

  Finding finding;
  finding.severity = Severity::note;
  finding.confidence = Confidence::likely;
  finding.because = context.prediction.find_gate("architecture")->evidence;
  finding.headline = fmt::format("{} holds no ready code for the {}: {} start compiles for minutes", title_of(context.build),
                                 cards.front().name, keeps_nothing(context.snapshot) ? "every" : "its first");
  for (const CardCode& card : cards) {
    std::string isa = card.verdict.ptx_isa.empty() ? "" : fmt::format(" (PTX {})", card.verdict.ptx_isa);
    finding.details.push_back(fmt::format("{}: the driver compiles {} from {}{}", card.title(),
                                          share_words(card.verdict, card.verdict.compiled), card.verdict.image, isa));
  }
  if (context.build.framework == FrameworkKind::tensorflow)
    finding.details.push_back("TensorFlow itself says that this could take 30 minutes or longer");
  prove_cache(context.snapshot, finding);
  Remedy remedy =
      remedies::steps("let the first start finish, and keep what the driver has compiled",
                      {"give the cache room before the start: export CUDA_CACHE_MAXSIZE=4294967296",
                       "in a container, keep it: export CUDA_CACHE_PATH=FOLDER, a folder on a volume", "leave CUDA_CACHE_DISABLE unset"},
                      Safety::safe, "unset CUDA_CACHE_MAXSIZE CUDA_CACHE_PATH");
  remedy.check = remedies::check_command(context.environment, context.build);
  finding.remedies.push_back(std::move(remedy));
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::slow_first_start_jit
