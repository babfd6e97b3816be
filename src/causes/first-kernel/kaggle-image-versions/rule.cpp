#include "causes/support/cause.h"
#include "causes/support/framework_releases.h"
#include "causes/support/notebook_images.h"
#include "causes/support/place_faults.h"
#include "frameworks/predict.h"

namespace gpuwhy::causes::kaggle_image_versions {

namespace {

constexpr std::string_view capability_of_t4 = "7.5";

// "Kaggle's image of 2026-06-22 (v170)"; as far as the tables reach.
std::string image_words(const Snapshot& snapshot) {
  const facts::KaggleImage* image = facts::find_kaggle_image(image_date(snapshot), "gpu");
  if (!image) return "Kaggle's image";
  std::string release = image->release.starts_with('v') ? fmt::format(" ({})", image->release) : std::string();
  return fmt::format("Kaggle's image of {}{}", image->date, release);
}

bool serves_t4(const FrameworkBuild& build) {
  std::vector<std::string> images = build.architectures.is_known() ? *build.architectures : std::vector<std::string>{};
  return judge_build(build, images, capability_of_t4, 0).support == CodeSupport::native;
}

}  // namespace

// Kaggle offers accelerators that the frameworks of its image no longer serve. That the build lacks the code is told as a cause of its own;
// this says whose combination it is, and which choice has none of the trouble.
Verdict check(const FrameworkContext& context) {
  const Snapshot& snapshot = context.snapshot;
  if (snapshot.platform.kind.is_unknown()) return cannot_tell("which place this is", snapshot.platform.kind);
  if (!is_platform(snapshot, "kaggle")) return not_applicable("this is not Kaggle");
  const Gate* gate = context.prediction.find_gate("architecture");
  if (!gate) return not_applicable("this build uses no CUDA");
  for (std::string_view lower : {"open-libcuda", "cu-init", "device-count"})
    if (gate_failed(context.prediction, lower)) return not_applicable("no GPU is reached");
  if (gate->state == GateState::unknown) return cannot_tell("whether the build holds code for the cards", gate->summary);
  auto cards = cards_without_code(context);
  if (cards.empty()) return passes();

  const facts::ColabImage* base = find_gpu_image(snapshot);
  std::string brought = base ? version_in_image(*base, context.build.framework) : std::string();
  Finding finding = code_finding(context, cards);
  finding.severity = Severity::note;
  bool fits_t4 = serves_t4(context.build);
  finding.headline = fmt::format("Kaggle's image and the {} that was chosen do not fit{}", cards.front().name,
                                 fits_t4 ? "; with GPU T4 x2 there is no such trouble" : "");
  std::vector<std::string> told = {fmt::format("{} is built from Colab's of {}", image_words(snapshot),
                                               image_date(snapshot).empty() ? "an unknown date" : image_date(snapshot))};
  if (!brought.empty()) told.push_back(fmt::format("that one brought {} {}", display_name(context.build.framework), brought));
  finding.details.insert(finding.details.begin(), told.begin(), told.end());
  if (const std::string* tag = snapshot.variable("COLAB_RELEASE_TAG")) finding.because.push_back({Source::env, "COLAB_RELEASE_TAG", *tag});
  finding.because.push_back(snapshot.platform.kind.evidence());
  finding.also_explains.clear();
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::kaggle_image_versions
