#include "causes/support/cause.h"
#include "causes/support/container_faults.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::k8s_runtime_not_nvidia {

namespace {

Remedy use_nvidia_runtime() {
  return handing_gpu(remedies::steps(
      "let NVIDIA's runtime start this pod",
      {"in the pod's spec: runtimeClassName: nvidia (kubectl get runtimeclass lists it), then kubectl apply -f FILE, which replaces the "
       "pod",
       "or on the node, for every pod: sudo nvidia-ctk runtime configure --runtime=containerd --set-as-default && sudo systemctl restart "
       "containerd",
       "where the toolkit is not on the node: the GPU Operator brings it, or the package nvidia-container-toolkit"},
      Safety::show_only, "take runtimeClassName out again"));
}

}  // namespace

// The device plugin only names the cards in a variable. It is the node's runtime that reads it and puts files and libraries into the pod.
Verdict check(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  if (snapshot.platform.kind.is_unknown()) return cannot_tell("which place this is", snapshot.platform.kind);
  if (!is_platform(snapshot, "kubernetes")) return not_applicable("this is no pod");
  const std::string* named = snapshot.variable("NVIDIA_VISIBLE_DEVICES");
  // With CDI the plugin writes void, so that nothing is put in twice; images write it too.
  bool is_given = pod_was_given_gpu(snapshot), is_void = named && *named == "void";
  if (!is_given && !is_void) return not_applicable("the device plugin named no card for this pod");
  if (snapshot.device_nodes.nodes.is_unknown()) return cannot_tell("the device files", snapshot.device_nodes.nodes);
  if (snapshot.platform.injected_driver.is_unknown())
    return cannot_tell("whether a driver was put into this container", snapshot.platform.injected_driver);
  if (has_card_node(snapshot) || snapshot.platform.injected_driver.is(true)) return passes();

  Finding finding;
  finding.headline = is_given ? "this pod was given a GPU, and the node's runtime is not NVIDIA's: nothing was put into the container"
                              : "the node's runtime may ignore the GPU of this pod (CDI is not enabled in it)";
  prove(finding,
        fmt::format(
            "NVIDIA_VISIBLE_DEVICES={}: {}", *named,
            is_given ? "the device plugin's answer to the pod's request" : "what the device plugin writes where CDI is to bring the card"),
        {Source::env, "NVIDIA_VISIBLE_DEVICES", *named});
  prove(finding, "no device file of a card is here", snapshot.device_nodes.nodes.evidence());
  prove(finding, "no file of the driver was mounted into this container", snapshot.platform.injected_driver.evidence());
  if (std::string words = driver_words(snapshot); !words.empty()) finding.details.push_back(words);
  for (Evidence& evidence : place_evidence(snapshot)) finding.because.push_back(std::move(evidence));
  finding.confidence = is_given ? confidence_by_driver(snapshot) : Confidence::possible;
  finding.remedies = {use_nvidia_runtime()};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::k8s_runtime_not_nvidia
