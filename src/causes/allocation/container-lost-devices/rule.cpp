#include "causes/support/cause.h"
#include "causes/support/container_faults.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::container_lost_devices {

namespace {

Remedy start_again(const Snapshot& snapshot) {
  if (is_platform(snapshot, "kubernetes"))
    return handing_gpu(remedies::steps("let the pod be made anew",
                                       {"kubectl delete pod NAME, where a controller makes another one; what is in its memory is lost",
                                        "lastingly, on the node: NVIDIA's toolkit 1.17 or newer with CDI, or the device nodes' links in "
                                        "/dev/char (sudo nvidia-ctk system create-dev-char-symlinks --create-all)"},
                                       Safety::show_only, "none needed"));
  return handing_gpu(remedies::steps(
      "start the container again, and keep it from happening anew",
      {"on the host: docker restart NAME (what runs in it ends), which lasts until the next `systemctl daemon-reload` there",
       "lastingly: start it with --device nvidia.com/gpu=all (CDI), or with every node named: --device /dev/nvidia0 ..."},
      Safety::show_only, "start it as before"));
}

}  // namespace

// NVIDIA's hook grants the nodes behind the engine's back. When systemd writes the container's rules anew (daemon-reload, a change of its
// limits), the grant is gone: the files stay, and opening them is refused.
Verdict check(const Snapshot& snapshot) {
  Fact<bool> refused = is_refused_by_cgroup(snapshot);
  if (refused.is_unknown()) return cannot_tell("whether the container's rules refuse the device files", refused);
  if (!refused.is(true)) return in_container(snapshot) ? passes() : not_applicable("this is no container that was given a card");

  bool worked = worked_before(snapshot);
  Finding finding;
  finding.headline = worked ? "this container has lost the right to open the GPU's device files"
                            : "this container may not, or no longer, open the GPU's device files";
  prove_refusal(snapshot, finding);
  if (worked)
    prove(
        finding,
        fmt::format("the process {} still holds {} open: it worked before", snapshot.process->pid, snapshot.process->device_files->front()),
        snapshot.process->device_files.evidence());
  else finding.details.push_back("if the GPU worked earlier in this same container, `systemctl daemon-reload` on the host took it away");
  finding.because.push_back(snapshot.platform.container.evidence());
  finding.confidence = worked ? Confidence::certain : Confidence::likely;
  finding.remedies = {start_again(snapshot)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::container_lost_devices
