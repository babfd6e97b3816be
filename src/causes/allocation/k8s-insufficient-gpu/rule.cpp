#include "causes/support/cause.h"
#include "causes/support/container_faults.h"
#include "causes/support/driver_faults.h"

namespace gpuwhy::causes::k8s_insufficient_gpu {

// A pod that waits for a GPU runs nowhere, so it is the node that tells: its kubelet knows no device plugin of NVIDIA's, and the node
// offers no nvidia.com/gpu although its card works.
Verdict check(const Snapshot& snapshot) {
  if (is_platform(snapshot, "kubernetes")) return not_applicable("this pod was placed: no request of its own is waiting");
  if (auto verdict = host_tools_are_not_judged(snapshot)) return *verdict;
  if (!has_engine(snapshot, "kubelet")) return not_applicable("no kubelet whose plugins can be listed runs here");
  const auto& registered = snapshot.container_tools.nvidia_runtimes;
  if (registered.is_unknown()) return cannot_tell("what is registered with the engines and the kubelet", registered);
  if (has_registered(snapshot, "kubelet")) return passes();

  Finding finding = host_note(snapshot, "this Kubernetes node offers no nvidia.com/gpu: NVIDIA's device plugin is not registered");
  prove(finding, "the kubelet's folder of device plugins holds no socket of NVIDIA's",
        {Source::file, "/var/lib/kubelet/device-plugins", "kubelet.sock"});
  finding.details.push_back("pods that ask for one stay Pending: `Insufficient nvidia.com/gpu`");
  finding.remedies = {checked(remedies::steps(
      "run NVIDIA's device plugin on this node",
      {"kubectl get pods -A -o wide | grep nvidia-device-plugin shows whether one runs here, and kubectl logs why it ended",
       "install it with the GPU Operator, or helm upgrade -i nvdp nvdp/nvidia-device-plugin -n nvidia-device-plugin --create-namespace",
       "it needs the NVIDIA runtime for its own pod: runtimeClassName: nvidia, or as the node's default",
       "kubectl describe node NAME then shows nvidia.com/gpu under Allocatable"},
      Safety::ask, "helm uninstall nvdp -n nvidia-device-plugin"))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::k8s_insufficient_gpu
