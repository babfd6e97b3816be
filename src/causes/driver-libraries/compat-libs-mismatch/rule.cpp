#include "causes/support/cause.h"

#include "causes/support/place_faults.h"

namespace gpuwhy::causes::compat_libs_mismatch {

namespace {

constexpr std::int64_t cuda_mismatch = 803, not_for_this_card = 804;

bool has_consumer_card(const Snapshot& snapshot) {
  for (const PciFunction* card : nvidia_functions(snapshot))
    if (card_title(*card).find("GeForce") != std::string::npos) return true;
  return false;
}

}  // namespace

// cuda-compat is a newer libcuda for an older kernel module. It works on data centre cards, over the branches that NVIDIA lists, and
// nowhere else.
Verdict check(const FrameworkContext& context) {
  const Snapshot& snapshot = context.snapshot;
  const Gate* gate = context.prediction.find_gate("open-libcuda");
  const Gate* init = context.prediction.find_gate("cu-init");
  if (!gate || !gate->library || !init) return not_applicable("this build asks for no driver");
  const Resolution& found = *gate->library;
  if (found.state == ResolutionState::cannot_tell) return cannot_tell("where the loader finds libcuda.so.1", gate->summary);
  if (!found.is_found() || (!is_compat_path(found.path) && !is_compat_path(found.real_path)))
    return not_applicable("libcuda is no compatibility copy");
  if (init->state == GateState::passed) return passes();
  std::string copy = driver_version_of_file(found.real_path),
              module = snapshot.kernel_module.loaded_version.is_known() ? *snapshot.kernel_module.loaded_version : "";
  bool told = init->code == cuda_mismatch || init->code == not_for_this_card;
  bool differs = !copy.empty() && !module.empty() && copy != module;
  if (!told && snapshot.kernel_module.loaded.is(false)) return not_applicable("no kernel module is loaded");
  if (!told && init->code && (!differs || !has_card_node(snapshot))) return not_applicable("the driver fails for another reason");
  if (!told && !init->code && !(differs && has_consumer_card(snapshot)))
    return cannot_tell("what the compatibility copy of libcuda answers", init->summary);

  Finding finding;
  finding.headline = "the libcuda.so.1 that is loaded is a compatibility copy, which does not work with this driver and card";
  finding.details.push_back(fmt::format("{} is loaded, by {}", found.path, words(found.rule)));
  if (!copy.empty() && !module.empty())
    finding.details.push_back(fmt::format("the copy is of driver {}, the loaded kernel module is {}", copy, module));
  if (has_consumer_card(snapshot))
    finding.details.push_back(
        fmt::format("{} is no data centre card: such copies refuse it", card_title(*nvidia_functions(snapshot).front())));
  if (init->code) finding.details.push_back(init->summary);
  finding.because = {{Source::elf, found.path, std::string(words(found.rule))}};
  finding.because.insert(finding.because.end(), init->evidence.begin(), init->evidence.end());
  finding.confidence = told ? Confidence::certain : Confidence::likely;
  Remedy leave = leave_folder_of(snapshot, found);
  if (!find_drivers_own(snapshot, "libcuda.so.1"))
    leave.steps.push_back("the driver's own libcuda.so.1 must be found then; none is in the folders that the loader knows");
  leave.check = remedies::check_command(context.environment, context.build);
  finding.remedies = {std::move(leave)};
  if (!copy.empty())
    finding.remedies.push_back(remedies::steps(
        fmt::format("or update the driver{} to {} or newer, which needs no copy", in_container(snapshot) ? " of the host" : "", copy),
        {"install it in the way the present driver came, then reboot"}, Safety::ask, "install the former driver again"));
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::compat_libs_mismatch
