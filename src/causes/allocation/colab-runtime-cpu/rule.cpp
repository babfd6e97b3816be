#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/notebook_images.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::colab_runtime_cpu {

// Colab says in its environment what it has given: nothing below can be mended from inside such a runtime.
Verdict check(const Snapshot& snapshot) {
  if (auto verdict = without_runtime_type(snapshot)) return *verdict;
  const Fact<std::string>& accelerator = snapshot.platform.accelerator;
  if (*accelerator != "cpu" && *accelerator != "tpu") return passes();

  bool tpu = *accelerator == "tpu";
  Finding finding;
  finding.headline = tpu ? "this Colab runtime has a TPU, no GPU" : "this Colab runtime has no GPU: its type is CPU";
  const Evidence& told = accelerator.evidence();
  finding.details.push_back(
      fmt::format("{} is {}", told.locator, told.excerpt.empty() ? std::string("set and empty") : fmt::format("'{}'", told.excerpt)));
  bool is_target = is_of_packages(snapshot);  // no file of it was looked at
  finding.details.push_back(is_target ? "no driver comes without the accelerator"
                                      : "there is no /dev/nvidia0, and no driver comes without the accelerator");
  if (std::string words = driver_words(snapshot); !words.empty()) finding.details.push_back(words);
  finding.because = place_evidence(snapshot);
  finding.because.push_back(told);
  finding.confidence = confidence_by_driver(snapshot);
  finding.remedies = {handing_gpu(remedies::steps(
      "change the runtime type",
      {"Runtime > Change runtime type > Hardware accelerator: T4 GPU (or another GPU) > Save",
       "the runtime starts anew: variables and files outside of Drive are lost, so save them first and run the cells again"},
      Safety::show_only, "choose CPU in the same menu"))};
  // Another type comes with another image, which this one's packages do not show.
  if (is_target) finding.remedies.front().effects.clear();
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::colab_runtime_cpu
