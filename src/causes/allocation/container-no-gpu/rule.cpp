#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/jetson.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::container_no_gpu {

namespace {

// The way in which each engine is asked for a GPU; the container has to be made anew.
Remedy start_again(const std::string& engine) {
  std::vector<std::string> steps;
  if (engine == "podman") steps = {"on the host: podman run --device nvidia.com/gpu=all ... (needs `nvidia-ctk cdi generate` once)"};
  else if (engine == "apptainer") steps = {"on the host: apptainer exec --nv IMAGE COMMAND (or singularity exec --nv)"};
  else if (engine == "lxc")
    steps = {"on the host: lxc config device add NAME gpu gpu && lxc config set NAME nvidia.runtime true, then restart the container"};
  else if (engine == "kubernetes")
    steps = {"in the pod's spec: runtimeClassName: nvidia, beside resources: {limits: {nvidia.com/gpu: 1}}",
             "kubectl apply -f FILE, which replaces the pod"};
  else if (engine == "containerd") steps = {"on the host: nerdctl run --gpus all ... with the same other options as before"};
  else
    steps = {"on the host: docker run --gpus all ... with the same other options as before",
             "with Compose: under the service, deploy.resources.reservations.devices: [{driver: nvidia, count: all, capabilities: [gpu]}]"};
  if (engine != "apptainer" && engine != "lxc")
    steps.push_back("this needs the NVIDIA Container Toolkit on the host, whose own `nvidia-smi` must work");
  return handing_gpu(remedies::steps("start the container again with the GPU", steps, Safety::show_only, "start it without that option"));
}

}  // namespace

// The host has a card, and this container was started without it: no device file of a card, or none of the driver's libraries.
Verdict check(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  if (is_hosted(snapshot) || is_jetson(snapshot)) return not_applicable("this place has its own way to hand out a GPU");
  if (!in_container(snapshot) && snapshot.platform.container.is_unknown())
    return cannot_tell("whether this is a container", snapshot.platform.container);
  if (!in_container(snapshot)) return not_applicable("this is no container");
  if (is_platform(snapshot, "kubernetes") && !pod_was_given_gpu(snapshot)) return not_applicable("the pod has asked for no GPU");
  if (is_slurm_job_without_gpu(snapshot)) return not_applicable("the job around the container has no GPU");
  if (snapshot.device_nodes.nodes.is_unknown()) return cannot_tell("the device files", snapshot.device_nodes.nodes);

  bool has_node = has_card_node(snapshot);
  bool has_library = find_drivers_own(snapshot, "libcuda.so.1") || find_drivers_own(snapshot, "libnvidia-ml.so.1") ||
                     snapshot.platform.injected_driver.is(true);
  if (has_node && has_library) return passes();
  bool host_driver = snapshot.kernel_module.loaded.is(true);
  Fact<bool> card = machine_has_card(snapshot);
  if (card.is(false)) return not_applicable("the host's bus shows no NVIDIA card");
  if (card.is_unknown() && !host_driver && !in_wsl(snapshot)) return cannot_tell("whether the host has an NVIDIA card", card);

  Finding finding;
  bool is_pod = is_platform(snapshot, "kubernetes");
  finding.headline = has_node ? "this container has the GPU's device files but none of the driver's libraries"
                     : is_pod ? "this pod was given a GPU, and its runtime did not put it into the container"
                              : "this container was started without a GPU";
  if (auto cards = nvidia_functions(snapshot); !cards.empty())
    finding.details.push_back(fmt::format("the host has {}", card_line(*cards.front())));
  else if (host_driver) finding.details.push_back("the host's kernel has the nvidia module loaded");
  if (!has_node)
    finding.details.push_back(in_wsl(snapshot) ? "there is no /dev/dxg in here" : "there is no /dev/nvidia0 (or any other card) in here");
  if (!has_library) finding.details.push_back("neither libcuda.so.1 nor libnvidia-ml.so.1 was put into this container");
  if (const std::string* wanted = snapshot.variable("NVIDIA_VISIBLE_DEVICES"))
    finding.details.push_back(fmt::format("NVIDIA_VISIBLE_DEVICES={} works only at the start, through NVIDIA's runtime", *wanted));
  if (snapshot.kernel_module.loaded.is(false))
    finding.details.push_back("the host's nvidia module does not seem to be loaded either: try `nvidia-smi` on the host first");
  if (std::string words = driver_words(snapshot); !words.empty()) finding.details.push_back(words);
  finding.because = place_evidence(snapshot);
  finding.because.push_back(snapshot.device_nodes.nodes.evidence());
  finding.confidence = snapshot.kernel_module.loaded.is(false) ? Confidence::likely : confidence_by_driver(snapshot);
  finding.remedies = {start_again(is_pod                                   ? "kubernetes"
                                  : snapshot.platform.container.is_known() ? *snapshot.platform.container
                                                                           : "containerd")};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::container_no_gpu
