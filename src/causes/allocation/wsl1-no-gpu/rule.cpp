#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::wsl1_no_gpu {

// WSL 1 translates Linux calls into Windows ones; no Linux kernel runs, and nothing leads to the GPU.
Verdict check(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  if (snapshot.platform.kind.is_unknown()) return cannot_tell("which place this is", snapshot.platform.kind);
  if (!is_platform(snapshot, "wsl1")) return not_applicable("this is not WSL 1");

  Finding finding;
  finding.headline = "this distribution runs under WSL 1, which has no access to a GPU";
  if (snapshot.host.kernel_release.is_known())
    finding.details.push_back(
        fmt::format("the kernel calls itself {}; WSL 2 would say microsoft-standard-WSL2", *snapshot.host.kernel_release));
  finding.details.push_back("no driver inside the distribution can change that");
  if (std::string words = driver_words(snapshot); !words.empty()) finding.details.push_back(words);
  finding.because = place_evidence(snapshot);
  finding.confidence = Confidence::certain;
  const std::string* name = snapshot.variable("WSL_DISTRO_NAME");
  std::string distribution = name ? *name : "NAME";
  Remedy remedy;
  remedy.title = "in PowerShell on Windows: move this distribution to WSL 2";
  remedy.commands = {{"wsl.exe", "--update"}, {"wsl.exe", "--set-version", distribution, "2"}};
  remedy.steps = {"everything that runs in the distribution ends; the conversion takes minutes",
                  "Windows 10 21H2 or 11, and NVIDIA's Windows driver; nothing of the driver goes into Linux"};
  if (!name) remedy.steps.push_back("wsl.exe --list --verbose shows NAME");
  remedy.safety = Safety::show_only;
  remedy.undo = fmt::format("wsl.exe --set-version {} 1", distribution);
  finding.remedies = {checked(std::move(remedy))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::wsl1_no_gpu
