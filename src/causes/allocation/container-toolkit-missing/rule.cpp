#include "causes/support/cause.h"
#include "causes/support/container_faults.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::container_toolkit_missing {

namespace {

// Engines that the toolkit serves and can be told of. containerd is also Docker's own part, and speaks for itself only without it.
std::vector<std::string> served_engines(const Snapshot& snapshot) {
  std::vector<std::string> engines;
  for (const char* engine : {"docker", "podman", "containerd", "crio"})
    if (has_engine(snapshot, engine) && !(std::string_view(engine) == "containerd" && has_engine(snapshot, "docker")))
      engines.emplace_back(engine);
  return engines;
}

// The kubelet asks its engine for pods, and nothing but a registered runtime (or CDI) puts a card into one.
std::string unregistered_engine(const Snapshot& snapshot) {
  if (!has_engine(snapshot, "kubelet")) return {};
  for (const char* engine : {"containerd", "crio"})
    if (has_engine(snapshot, engine) && !has_registered(snapshot, engine)) return engine;
  return {};
}

// From inside: cards were asked for by a variable, which only NVIDIA's runtime reads, and none came.
Verdict check_inside(const Snapshot& snapshot) {
  if (is_platform(snapshot, "kubernetes")) return not_applicable("in a pod the runtime of its node is judged");
  if (!asked_for_cards(snapshot) || is_cuda_image(snapshot)) return not_applicable("nobody asked NVIDIA's runtime for cards");
  Fact<bool> lacking = lacks_card(snapshot);
  if (lacking.is_unknown()) return cannot_tell("whether a card was to be had", lacking);
  if (!lacking.is(true) || !snapshot.platform.injected_driver.is(false)) return passes();

  Finding finding;
  finding.headline = "the host may lack the NVIDIA Container Toolkit, or its engine does not use it for this container";
  const std::string* wanted = snapshot.variable("NVIDIA_VISIBLE_DEVICES");
  prove(finding, fmt::format("NVIDIA_VISIBLE_DEVICES={} asks NVIDIA's runtime for cards, and nothing was put in", *wanted),
        {Source::env, "NVIDIA_VISIBLE_DEVICES", *wanted});
  finding.details.push_back("only the host tells: `docker info` lists the runtimes, `nvidia-ctk --version` the toolkit");
  finding.confidence = Confidence::possible;
  Remedy remedy = remedies::steps("on the host: install the toolkit, and start the container again through it",
                                  {"install nvidia-container-toolkit from NVIDIA's repository",
                                   "sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker",
                                   "docker run --gpus all ... with the same other options as before"},
                                  Safety::show_only, "remove the package again");
  finding.remedies = {handing_gpu(std::move(remedy))};
  return fires(std::move(finding));
}

}  // namespace

// On a host whose driver works, and with a container engine: without the toolkit no container is given a GPU.
Verdict check(const Snapshot& snapshot) {
  if (in_container(snapshot) && !driver_reaches_gpu(snapshot)) return check_inside(snapshot);
  if (auto verdict = host_tools_are_not_judged(snapshot)) return *verdict;
  std::vector<std::string> engines = served_engines(snapshot);
  if (engines.empty()) return not_applicable("no engine here is served by a toolkit of this machine");
  if (snapshot.container_tools.cdi.is_known()) return passes();
  Fact<bool> installed = toolkit_is_installed(snapshot);
  if (installed.is_unknown()) return cannot_tell("whether NVIDIA's toolkit for containers is installed", installed);
  if (!installed.is(true)) {
    Finding finding = host_note(snapshot, "containers on this machine cannot get the GPU: the NVIDIA Container Toolkit is not installed");
    prove(finding, "none of its programs is here (nvidia-container-runtime-hook, nvidia-ctk), and no CDI specification",
          installed.evidence());
    finding.remedies = {install_toolkit(snapshot, "install the NVIDIA Container Toolkit", engines)};
    return fires(std::move(finding));
  }
  if (snapshot.container_tools.nvidia_runtimes.is_unknown() && has_engine(snapshot, "kubelet"))
    return cannot_tell("whether the engine knows the NVIDIA runtime", snapshot.container_tools.nvidia_runtimes);
  std::string engine = unregistered_engine(snapshot);
  if (engine.empty()) return passes();
  Finding finding = host_note(snapshot, fmt::format("pods on this node cannot get the GPU: {} does not know the NVIDIA runtime", engine));
  prove(finding, fmt::format("the toolkit is installed; no setting of {} names a runtime `nvidia`", engine),
        snapshot.container_tools.nvidia_runtimes.evidence());
  finding.remedies = {register_toolkit(snapshot, fmt::format("tell {} of the NVIDIA runtime", engine), {engine})};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::container_toolkit_missing
