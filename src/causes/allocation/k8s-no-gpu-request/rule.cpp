#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::k8s_no_gpu_request {

// A pod gets a card only through its request for nvidia.com/gpu; the device plugin would name the cards that it gave.
Verdict check(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  if (snapshot.platform.kind.is_unknown()) return cannot_tell("which place this is", snapshot.platform.kind);
  if (!is_platform(snapshot, "kubernetes")) return not_applicable("this is no pod");
  if (snapshot.device_nodes.nodes.is_unknown()) return cannot_tell("the device files", snapshot.device_nodes.nodes);
  if (has_card_node(snapshot) || pod_was_given_gpu(snapshot)) return passes();

  Finding finding;
  finding.headline = "this pod was given no GPU: its specification asks for none";
  finding.details.push_back("there is no /dev/nvidia0 (or any other card) in this container");
  const std::string* wanted = snapshot.variable("NVIDIA_VISIBLE_DEVICES");
  finding.details.push_back(fmt::format("NVIDIA_VISIBLE_DEVICES {}: the device plugin would have put the cards' names there",
                                        wanted ? fmt::format("is '{}'", *wanted) : std::string("is not set")));
  if (std::string words = driver_words(snapshot); !words.empty()) finding.details.push_back(words);
  finding.because = place_evidence(snapshot);
  finding.because.push_back(snapshot.device_nodes.nodes.evidence());
  finding.confidence = confidence_by_driver(snapshot);
  finding.remedies = {handing_gpu(
      remedies::steps("ask for a GPU in the pod's specification",
                      {"under the container: resources: {limits: {nvidia.com/gpu: 1}}", "kubectl apply -f FILE, which replaces the pod",
                       "kubectl describe nodes shows nvidia.com/gpu under Allocatable where NVIDIA's device plugin runs",
                       "where the NVIDIA runtime is not the default one: runtimeClassName: nvidia in the pod's spec as well"},
                      Safety::show_only, "take the limit out again"))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::k8s_no_gpu_request
