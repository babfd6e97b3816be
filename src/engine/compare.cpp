#include "engine/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/text.h"
#include "engine/differences.h"
#include "engine/rank.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

bool works(const Report& report) { return report.verdict == OverallVerdict::usable || report.verdict == OverallVerdict::degraded; }

// A machine of which only the judged environment is left, so that a trial costs one prediction a framework.
Snapshot only_scope(const Snapshot& snapshot) {
  Snapshot scope = snapshot;
  std::erase_if(scope.environments, [](const PythonEnvironment& environment) { return !environment.active; });
  return scope;
}

// Do the frameworks that were stopped work once these differences are carried over?
class Trial {
 public:
  Trial(const Snapshot& fails, const Report& report) : fails_(only_scope(fails)) {
    for (const Prediction& prediction : report.predictions)
      if (is_stopped(prediction)) stopped_.push_back({prediction.framework, prediction.sees_gpus.is_known() && *prediction.sees_gpus > 0});
  }

  bool flips(const std::vector<const CarriedDifference*>& carried) const {
    Snapshot copy = fails_;
    for (const CarriedDifference* difference : carried)
      if (difference->carry) difference->carry(copy);
    if (stopped_.empty()) return false;
    std::vector<Prediction> predictions = predict_all(copy);
    return std::ranges::all_of(stopped_, [&](const Stopped& stopped) {
      return std::ranges::any_of(predictions, [&](const Prediction& prediction) {
        if (prediction.framework != stopped.framework || is_stopped(prediction)) return false;
        // What listed its cards and could not use them must be known to use them.
        const Fact<std::int64_t>& count = stopped.lists ? prediction.usable_gpus : prediction.sees_gpus;
        return count.is_known() && *count > 0;
      });
    });
  }

 private:
  struct Stopped {
    FrameworkKind framework;
    bool lists = false;  // it shows the cards and stops at the work
  };
  Snapshot fails_;
  std::vector<Stopped> stopped_;
};

// The smallest set that flips the prediction: one (of several, the one on the rung that is broken), else all with each that is not needed
// taken out again.
std::vector<std::size_t> find_causal(const std::vector<CarriedDifference>& differences, const Trial& trial, std::optional<Layer> broken) {
  std::vector<std::size_t> playable;
  for (std::size_t i = 0; i < differences.size(); ++i)
    if (differences[i].carry) playable.push_back(i);
  auto flips = [&](const std::vector<std::size_t>& set) {
    std::vector<const CarriedDifference*> carried;
    for (std::size_t index : set) carried.push_back(&differences[index]);
    return trial.flips(carried);
  };
  std::vector<std::size_t> alone;
  std::ranges::copy_if(playable, std::back_inserter(alone), [&](std::size_t index) { return flips({index}); });
  auto on_rung = std::ranges::find_if(alone, [&](std::size_t index) { return differences[index].layer == broken; });
  if (!alone.empty()) return {on_rung == alone.end() ? alone.front() : *on_rung};
  std::vector<std::size_t> set = playable;
  if (!flips(set)) return {};
  // Packages are let go first: what is left is told, and a driver says more than a package that comes with it.
  std::ranges::stable_sort(playable, {}, [&](std::size_t index) { return differences[index].layer == broken; });
  for (std::size_t index : playable) {
    std::vector<std::size_t> without = set;
    std::erase(without, index);
    if (flips(without)) set = without;
  }
  // The rung that is broken first: what stands there is the cause, the others add to it.
  std::ranges::stable_sort(set, {},
                           [&](std::size_t index) { return std::pair(differences[index].layer != broken, differences[index].layer); });
  return set;
}

const RankedFinding* root_of(const Report& report) {
  for (const RankedFinding& ranked : report.findings)
    if (ranked.role == Role::root) return &ranked;
  return nullptr;
}

std::string framework_of(const Report& report) {
  for (const Prediction& prediction : report.predictions)
    if (is_stopped(prediction)) return std::string(display_name(prediction.framework));
  return report.predictions.empty() ? "a framework" : std::string(display_name(report.predictions.front().framework));
}

std::string sentence_of(const Comparison& comparison) {
  const RankedFinding* root = root_of(comparison.failing_report);
  std::string who = framework_of(comparison.failing_report);
  std::string sentence = fmt::format("{} can use the GPU on {} and not on {}", who, comparison.working, comparison.failing);
  if (root) sentence += ": " + root->finding.headline;
  if (comparison.causal.empty()) return sentence;
  const Difference& cause = comparison.causal.front();
  return sentence + fmt::format(" ({}: {} there, {} here)", cause.what, value_words(cause.there), value_words(cause.here));
}

void compare_behaviour(Comparison& comparison) {
  for (const Prediction& there : comparison.working_report.predictions)
    for (const Prediction& here : comparison.failing_report.predictions) {
      if (there.framework != here.framework) continue;
      std::string name(display_name(there.framework));
      if (there.version != here.version) comparison.behaviour.push_back(fmt::format("{}: {} and {}", name, there.version, here.version));
      if (there.usable_gpus.is_known() && here.usable_gpus.is_known() && *there.usable_gpus != *here.usable_gpus)
        comparison.behaviour.push_back(fmt::format("{} can use {} and {} GPUs", name, *there.usable_gpus, *here.usable_gpus));
      const Gate *a = there.find_gate("architecture"), *b = here.find_gate("architecture");
      if (a && b && a->summary != b->summary) comparison.behaviour.push_back(fmt::format("{}: {}; {}", name, a->summary, b->summary));
    }
}

void add_harmless(const std::vector<CarriedDifference>& differences, const std::vector<std::size_t>& causal, Comparison& comparison) {
  for (std::size_t i = 0; i < differences.size(); ++i)
    if (!differences[i].is_summary && std::ranges::find(causal, i) == causal.end()) comparison.harmless.push_back(differences[i]);
}

}  // namespace

Comparison compare(const Side& a, const Side& b, const JudgeOptions& options) {
  Report first = judge(a.snapshot, options), second = judge(b.snapshot, options);
  bool first_works = works(first), second_works = works(second);
  bool turned = !first_works && second_works;
  const Side &good = turned ? b : a, &bad = turned ? a : b;
  Comparison comparison;
  comparison.working = good.name, comparison.failing = bad.name;
  comparison.working_report = turned ? second : first, comparison.failing_report = turned ? first : second;
  std::vector<CarriedDifference> differences = find_differences(good.snapshot, bad.snapshot);
  // What is not known of one side is no failure there.
  bool half_known = first_works != second_works && comparison.failing_report.verdict == OverallVerdict::unknown;
  if (half_known) {
    comparison.kind = Comparison::Kind::cannot_tell;
    add_harmless(differences, {}, comparison);
    comparison.sentence = fmt::format("On {} the GPU can be used; whether it can on {} is not known", good.name, bad.name);
    return comparison;
  }
  if (first_works == second_works) {
    bool unknown = !first_works && (first.verdict == OverallVerdict::unknown || second.verdict == OverallVerdict::unknown);
    comparison.kind = first_works ? Comparison::Kind::both_work : unknown ? Comparison::Kind::cannot_tell : Comparison::Kind::both_fail;
    add_harmless(differences, {}, comparison);
    if (first_works) compare_behaviour(comparison);
    comparison.sentence = first_works ? fmt::format("On both, {} and {}, the GPU can be used", a.name, b.name)
                          : unknown   ? fmt::format("Whether the GPU can be used is not known of {}",
                                                  first.verdict == OverallVerdict::unknown ? a.name : b.name)
                                      : fmt::format("Neither on {} nor on {} can the GPU be used", a.name, b.name);
    return comparison;
  }
  comparison.kind = Comparison::Kind::one_fails;
  const RankedFinding* root = root_of(comparison.failing_report);
  std::vector<std::size_t> causal =
      find_causal(differences, Trial(bad.snapshot, comparison.failing_report), root ? std::optional(root->layer) : std::nullopt);
  comparison.proven = !causal.empty();
  add_harmless(differences, causal, comparison);
  for (std::size_t index : causal) comparison.causal.push_back(differences[index]);
  comparison.sentence = sentence_of(comparison);
  return comparison;
}

}  // namespace gpuwhy
