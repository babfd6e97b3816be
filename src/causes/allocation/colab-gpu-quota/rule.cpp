#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/notebook_images.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::colab_gpu_quota {

// Where no GPU is to be had, Colab offers a runtime without one, which looks like one that was chosen so. Only its user has seen the offer.
Verdict check(const Snapshot& snapshot) {
  if (auto verdict = without_runtime_type(snapshot)) return *verdict;
  if (is_of_packages(snapshot)) return not_applicable("a target has the type that it was asked for with");
  const Fact<std::string>& accelerator = snapshot.platform.accelerator;
  if (*accelerator != "cpu") return passes();

  Finding finding;
  finding.headline = "Colab may have refused a GPU because of its usage limits";
  finding.details.push_back("a runtime without a GPU looks the same whether it was chosen or offered in the place of one");
  finding.details.push_back("did Colab say `You cannot currently connect to a GPU due to usage limits`? Then it is this");
  finding.because.push_back(accelerator.evidence());
  finding.confidence = Confidence::possible;
  finding.remedies = {checked(remedies::steps(
      "wait, or pay for compute units",
      {"Runtime > Disconnect and delete runtime frees what idle sessions hold; the limit of the free tier ends after hours to a day",
       "Runtime > View resources shows whether compute units are left", "Colab Pro or Pay As You Go: Runtime > Change runtime type > GPU"},
      Safety::show_only, "none needed"))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::colab_gpu_quota
