#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"
#include "causes/support/wsl_faults.h"

namespace gpuwhy::causes::wsl_driver_missing {

// The Linux half of the driver comes with NVIDIA's driver for Windows, and WSL mounts it. Without it there is nothing to load here.
Verdict check(const Snapshot& snapshot) {
  if (auto verdict = wsl_is_not_judged(snapshot)) return *verdict;
  Fact<bool> mounted = windows_gave_libcuda(snapshot);
  if (mounted.is_unknown()) return cannot_tell("what WSL has mounted at /usr/lib/wsl/lib", mounted);
  if (mounted.is(true)) return passes();
  if (snapshot.device_nodes.nodes.is_unknown()) return cannot_tell("the device files", snapshot.device_nodes.nodes);
  bool has_device = find_node(snapshot, "/dev/dxg");
  if (!has_device && !has_microsoft_kernel(snapshot)) return not_applicable("a kernel without the device of WSL is judged by itself");

  Finding finding;
  finding.headline = "Windows gives this WSL no NVIDIA driver: /usr/lib/wsl/lib holds no libcuda.so.1";
  prove(finding, "libcuda.so.1 of WSL comes from NVIDIA's driver for Windows, and WSL mounts it at its start", mounted.evidence());
  prove(
      finding,
      has_device ? "/dev/dxg is here: Windows hands its graphics to WSL" : "/dev/dxg is missing too: Windows hands no graphics card to WSL",
      snapshot.device_nodes.nodes.evidence());
  if (std::string words = driver_words(snapshot); !words.empty()) finding.details.push_back(words);
  for (Evidence& evidence : place_evidence(snapshot)) finding.because.push_back(std::move(evidence));
  finding.confidence = confidence_by_driver(snapshot);
  finding.remedies = {handing_gpu(
      remedies::steps("install NVIDIA's current driver on Windows (none inside of WSL)",
                      {"in PowerShell on Windows: nvidia-smi; if Windows has no NVIDIA card either, WSL cannot have one",
                       "install the driver for Windows from nvidia.com/drivers (Game Ready, Studio or RTX; each current one knows WSL)",
                       "in PowerShell: wsl --update, then wsl --shutdown, and open the distribution again"},
                      Safety::ask, "Windows: Device Manager > Display adapters > Driver > Roll Back Driver"))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::wsl_driver_missing
