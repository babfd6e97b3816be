#include "causes/support/cause.h"

#include <algorithm>

#include "causes/support/container_faults.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::container_engine_unsuitable {

namespace {

bool is_marked(const Snapshot& snapshot, std::string_view mark) {
  return std::ranges::any_of(snapshot.platform.markers, [&](const std::string& marker) { return marker.contains(mark); });
}

Remedy use_docker_engine() {
  return checked(
      remedies::steps("use the Docker Engine of the host instead",
                      {"install Docker Engine from Docker's repository (docs.docker.com/engine/install) and the NVIDIA Container Toolkit",
                       "docker context use default, where the context of Docker Desktop (desktop-linux) is in use",
                       "docker run --gpus all ... with the same other options as before"},
                      Safety::show_only, "docker context use desktop-linux, or start the snap again"));
}

// Docker Desktop's virtual machine has a kernel of its own (linuxkit) and no device of the host.
Verdict check_inside(const Snapshot& snapshot) {
  const Fact<std::string>& kernel = snapshot.host.kernel_release;
  bool no_card = snapshot.device_nodes.nodes.is_known() && !has_card_node(snapshot);
  if (kernel.is_unknown() && no_card) return cannot_tell("the kernel that runs", kernel);
  Finding finding;
  if (kernel.is_known() && kernel->contains("linuxkit") && no_card) {
    finding.headline = "this container runs in the virtual machine of Docker Desktop, which has no way to a GPU of the host";
    prove(finding, fmt::format("the kernel is {}, that machine's own", *kernel), kernel.evidence());
    finding.details.push_back("there is no device file of a GPU in here, whatever --gpus says");
    if (std::string words = driver_words(snapshot); !words.empty()) finding.details.push_back(words);
    finding.confidence = confidence_by_driver(snapshot);
    Remedy remedy = handing_gpu(use_docker_engine());
    remedy.steps.push_back("on Windows: the WSL 2 back end (Settings > General) has the GPU; on a Mac there is none of NVIDIA's");
    finding.remedies = {std::move(remedy)};
    return fires(std::move(finding));
  }
  if (!is_marked(snapshot, "/var/snap/docker/") || !lacks_card(snapshot).is(true)) return passes();
  finding.headline = "the snap of Docker may be the reason: without its own runtime `nvidia` it hands in nothing of the host's driver";
  prove(finding, "this container's files lie in /var/snap/docker on the host",
        {Source::procfs, "/proc/self/mountinfo", "/var/snap/docker/"});
  finding.details.push_back(
      "on the host, `snap list docker` tells; where `docker info` lists a runtime nvidia there: docker run --runtime nvidia ...");
  finding.confidence = Confidence::possible;
  finding.remedies = {handing_gpu(use_docker_engine())};
  return fires(std::move(finding));
}

}  // namespace

// Engines that start containers where the host's driver is not: in a virtual machine, or confined by snap.
Verdict check(const Snapshot& snapshot) {
  if (in_container(snapshot) && driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  if (in_container(snapshot) && is_hosted(snapshot)) return not_applicable("this place has its own way to hand out a GPU");
  if (in_container(snapshot)) return check_inside(snapshot);
  if (auto verdict = host_tools_are_not_judged(snapshot)) return *verdict;
  if (in_wsl(snapshot) || has_engine(snapshot, "docker")) return passes();
  bool is_desktop = has_engine(snapshot, "docker-desktop"), is_snap = has_engine(snapshot, "docker-snap");
  if (!is_desktop && !is_snap) return passes();
  if (!is_desktop && snapshot.container_tools.nvidia_runtimes.is_unknown())
    return cannot_tell("whether the snap of Docker knows the NVIDIA runtime", snapshot.container_tools.nvidia_runtimes);
  if (!is_desktop && has_registered(snapshot, "docker-snap")) return passes();

  Finding finding = host_note(snapshot, is_desktop ? "containers of Docker Desktop get no GPU on Linux: they run in a virtual machine"
                                                   : "containers of the snap of Docker get no GPU as it is set up here");
  finding.details.push_back(is_desktop ? "Docker Desktop for Linux hands out no devices of the host"
                                       : "its settings name no runtime `nvidia`; it is confined and goes by no toolkit of the host");
  finding.because.push_back(snapshot.container_tools.engines.evidence());
  finding.remedies = {use_docker_engine()};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::container_engine_unsuitable
