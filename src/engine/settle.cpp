#include "engine/settle.h"

#include <algorithm>

#include "causes/registry.h"
#include "engine/judge.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

enum class Answer { shown, ruled_out, open };

// What the rule of this cause says of the machine; its proof is added to the finding.
Answer ask_rule(const Cause& cause, const Snapshot& here, const std::vector<Prediction>& predictions, Finding& finding) {
  std::vector<CauseVerdict> verdicts = judge_cause(cause, here, predictions);
  bool open = verdicts.empty();
  for (const CauseVerdict& judged : verdicts) {
    if (const Fires* fired = std::get_if<Fires>(&judged.verdict)) {
      for (const Finding& proof : fired->findings) {
        if (proof.confidence == Confidence::possible) continue;
        finding.details.insert(finding.details.end(), proof.details.begin(), proof.details.end());
        finding.because.insert(finding.because.end(), proof.because.begin(), proof.because.end());
        if (!proof.remedies.empty()) finding.remedies = proof.remedies;
        return Answer::shown;
      }
      open = true;
    }
    open |= std::holds_alternative<CannotTell>(judged.verdict) || std::holds_alternative<Crashed>(judged.verdict);
  }
  return open ? Answer::open : Answer::ruled_out;
}

// What belonged to the process that wrote the text, or to that hour: that it is not so here and now rules nothing out.
bool has_passed(const Cause& cause) {
  return cause.layer == Layer::process || cause.slug == "gpu-out-of-memory" || cause.slug == "gpu-held-by-other-process";
}

}  // namespace

void settle_by_machine(const Snapshot& here, std::vector<RankedFinding>& told) {
  std::vector<Prediction> predictions = predict_all(here);
  std::erase_if(told, [&](RankedFinding& ranked) {
    const Cause* cause = find_cause(ranked.finding.cause);
    if (!cause || ranked.finding.confidence == Confidence::certain) return false;
    Answer answer = ask_rule(*cause, here, predictions, ranked.finding);
    if (answer == Answer::shown) ranked.finding.confidence = Confidence::likely;
    return answer == Answer::ruled_out && ranked.finding.confidence == Confidence::possible && !has_passed(*cause);
  });
}

}  // namespace gpuwhy
