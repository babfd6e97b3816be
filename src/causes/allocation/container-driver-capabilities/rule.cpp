#include "causes/support/cause.h"

#include <algorithm>

#include "base/text.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::container_driver_capabilities {

namespace {

bool grants(const std::string* value, std::string_view capability) {
  if (!value) return false;
  return std::ranges::any_of(split(*value, ','), [&](std::string_view word) { return trim(word) == capability || trim(word) == "all"; });
}

// TensorFlow asks NVML before it lists since 2.21, JAX's CUDA client since 0.8.
bool needs_nvml(const Snapshot& snapshot) {
  for (const PythonEnvironment& environment : snapshot.environments)
    for (const FrameworkBuild& build : environment.frameworks) {
      auto release = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
      if (build.framework == FrameworkKind::tensorflow && release && *release >= version("2.21")) return true;
      if (build.framework == FrameworkKind::jax && build.accelerator.is(Accelerator::cuda) && release && *release >= version("0.8"))
        return true;
    }
  return false;
}

}  // namespace

// A card was handed to this container, and the capability that brings one of the driver's libraries was not.
Verdict check(const Snapshot& snapshot) {
  if (!in_container(snapshot) && snapshot.platform.container.is_unknown())
    return cannot_tell("whether this is a container", snapshot.platform.container);
  if (!in_container(snapshot) || is_hosted(snapshot) || in_wsl(snapshot)) return not_applicable("no container of NVIDIA's runtime");
  if (snapshot.device_nodes.nodes.is_unknown()) return cannot_tell("the device files", snapshot.device_nodes.nodes);
  if (card_nodes(snapshot).empty()) return not_applicable("no card was handed to this container");
  bool has_cuda = find_drivers_own(snapshot, "libcuda.so.1"), has_nvml = find_drivers_own(snapshot, "libnvidia-ml.so.1");
  if (has_cuda && has_nvml) return passes();
  if (!has_cuda && driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  const std::string* value = snapshot.variable("NVIDIA_DRIVER_CAPABILITIES");
  if (!has_cuda && !has_nvml && !(value && snapshot.platform.injected_driver.is(true)))
    return not_applicable("nothing of the driver was put into this container");
  std::string_view missing = has_cuda ? "utility" : "compute";
  std::string_view library = has_cuda ? "libnvidia-ml.so.1" : "libcuda.so.1";
  if (grants(value, missing)) return not_applicable(fmt::format("{} was asked for; the host's driver lacks {}", missing, library));

  Finding finding;
  finding.headline = fmt::format("this container was started without the driver capability '{}', so {} is not in it", missing, library);
  finding.details.push_back(
      fmt::format("NVIDIA_DRIVER_CAPABILITIES {}", value ? fmt::format("is '{}'", *value) : std::string("is not set")));
  finding.details.push_back(fmt::format("the card is here ({}), {}", card_nodes(snapshot).front()->path,
                                        has_cuda   ? "and libcuda.so.1 too"
                                        : has_nvml ? "and libnvidia-ml.so.1 too"
                                                   : "but no library of the driver"));
  finding.details.push_back(fmt::format("{} is in none of the folders that the loader knows", library));
  finding.because = place_evidence(snapshot);
  finding.because.push_back({Source::env, "NVIDIA_DRIVER_CAPABILITIES", value ? *value : "not set"});
  bool seen = has_cuda ? default_driver(snapshot) && default_driver(snapshot)->loaded_nvml.is_absent()
                       : confidence_by_driver(snapshot) == Confidence::certain;
  finding.confidence = seen ? Confidence::certain : Confidence::likely;
  if (has_cuda && !needs_nvml(snapshot)) finding.severity = Severity::degraded;
  finding.remedies = {handing_gpu(remedies::steps(
      "start the container again with both capabilities",
      {"on the host: docker run --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility ... with the same other options as before",
       "in a Dockerfile: ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility"},
      Safety::show_only, "start it without that variable"))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::container_driver_capabilities
