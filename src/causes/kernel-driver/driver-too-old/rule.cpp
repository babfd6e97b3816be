#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/older_builds.h"

namespace gpuwhy::causes::driver_too_old {

// The CUDA of the build is of a newer major version than the driver supports.
Verdict check(const FrameworkContext& context) {
  const Gate* gate = context.prediction.find_gate("driver-version");
  if (!gate || gate_failed(context.prediction, "open-libcuda")) return not_applicable("no driver library is opened");
  if (gate->state == GateState::unknown) return cannot_tell("the CUDA version that the driver supports", "not-probed: " + gate->summary);
  if (gate->state != GateState::failed) return passes();
  const Snapshot& snapshot = context.snapshot;
  const Fact<std::string>& module = snapshot.kernel_module.loaded_version;
  std::string library = driver_version_of_file(context.prediction.libcuda);
  if (module.is_known() && !library.empty() && library != *module)
    return not_applicable("the opened libcuda is not that of the loaded driver");
  auto cuda = context.build.cuda_version.is_known() ? Version::parse(*context.build.cuda_version) : std::nullopt;
  if (!cuda || !gate->code) return cannot_tell("the CUDA version of the build", gate->summary);
  std::string lowest = lowest_driver(facts::cuda_number(*cuda)), installed = module.is_known() ? *module : library;
  auto needed = Version::parse(lowest);

  Finding finding;
  finding.headline = fmt::format("the NVIDIA driver{} is too old for {}, which is built with CUDA {}",
                                 installed.empty() ? "" : " " + installed, title_of(context.build), *context.build.cuda_version);
  finding.details.push_back(fmt::format("the driver supports CUDA up to {}.{}", *gate->code / 1000, *gate->code % 1000 / 10));
  if (needed) finding.details.push_back(fmt::format("CUDA {} needs driver {} or newer", *context.build.cuda_version, lowest));
  finding.because = gate->evidence;
  if (module.is_known()) finding.because.push_back(module.evidence());
  if (context.build.cuda_version.is_known()) finding.because.push_back(context.build.cuda_version.evidence());

  int last = last_branch_for_cards(snapshot);  // 0 = the current one
  bool can_update = needed && (last == 0 || last >= needed->major()) && !(hides_hardware(snapshot) && !in_wsl(snapshot));
  if (last != 0 && needed && last < needed->major())
    finding.details.push_back(fmt::format("the last driver branch for this card is {}, so no driver update can help", last));
  if (can_update) finding.remedies.push_back(checked(update_driver(snapshot, lowest)));
  if (auto older = older_build(context, static_cast<int>(*gate->code))) finding.remedies.push_back(*older);
  if (finding.remedies.empty())
    finding.remedies.push_back(checked(
        remedies::steps("use a machine with a newer card or driver",
                        {"no build of this framework for the CUDA of this driver is known for this Python version"}, Safety::show_only)));
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::driver_too_old
