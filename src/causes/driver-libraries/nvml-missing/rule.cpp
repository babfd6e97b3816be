#include "causes/support/cause.h"

#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::nvml_missing {

// libcuda is there and libnvidia-ml is not, or it does not start while cuInit succeeds. Frameworks that ask NVML first list no GPU then.
Verdict check(const FrameworkContext& context) {
  const Snapshot& snapshot = context.snapshot;
  const Gate* gate = context.prediction.find_gate("nvml-init");
  const Gate* libcuda = context.prediction.find_gate("open-libcuda");
  const Gate* init = context.prediction.find_gate("cu-init");
  if (!gate || !gate->library || !libcuda) return not_applicable("this release does not ask NVML");
  if (libcuda->state == GateState::failed) return not_applicable("libcuda is missing too");
  if (gate->state == GateState::unknown) return cannot_tell("what NVML answers", gate->summary);
  if (gate->state == GateState::passed) return passes();
  const Resolution& failure = gate->library->root_failure();
  bool missing = failure.state == ResolutionState::not_found && failure.name == "libnvidia-ml.so.1";
  if (missing && find_outside_cache(snapshot, failure.name)) return not_applicable("the loader's cache is stale");
  if (!missing && !failure.is_found()) return not_applicable("the loader stops at another file");
  bool cuda_works = init && init->state == GateState::passed;
  if (!missing && !cuda_works) return not_applicable("the CUDA driver does not answer either");

  bool needed = gate->state == GateState::failed;
  Finding finding;
  finding.headline =
      missing ? fmt::format("libnvidia-ml.so.1 (NVML) is missing{}",
                            needed ? fmt::format(", and {} asks it before it lists GPUs", title_of(context.build)) : std::string())
              : fmt::format("NVML does not start although CUDA does{}",
                            needed ? fmt::format(", and {} asks it first", title_of(context.build)) : std::string());
  if (missing) finding.details.push_back(libcuda->summary);
  if (missing) {
    for (std::string& line : tried_lines(failure, snapshot)) finding.details.push_back("  " + std::move(line));
    finding.because = {evidence_of(failure)};
  } else {
    finding.details.push_back(gate->summary);
    if (init) finding.details.push_back(init->summary);
    finding.because = gate->evidence;
  }
  if (!needed) finding.details.push_back("its GPUs work without it; only their load and temperature cannot be read");
  // PyTorch warns and goes on.
  finding.severity = needed ? Severity::blocked : Severity::note;
  Remedy remedy = in_container(snapshot)
                      ? remedies::steps("start the container again with the driver capability 'utility'",
                                        {"on the host: docker run --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility ..."},
                                        Safety::show_only, "start it without that variable")
                      : reinstall_driver_libraries(snapshot, "install the driver's libraries again");
  remedy.effects = {{Effect::Kind::nvml_works, "", "", ""}};
  remedy.check = remedies::check_command(context.environment, context.build);
  finding.remedies = {std::move(remedy)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::nvml_missing
