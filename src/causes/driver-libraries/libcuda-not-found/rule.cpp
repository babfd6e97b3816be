#include "causes/support/cause.h"

#include "base/path.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::libcuda_not_found {

namespace {

Remedy lead_to(const FrameworkContext& context, const Candidate& file) {
  const LoaderSettings& loader = context.snapshot.loader;
  std::string folder(path::parent(file.path));
  bool set = loader.library_path.is_known() && !loader.library_path->empty();
  Remedy remedy = remedies::set_variable("LD_LIBRARY_PATH", set ? fmt::format("{}:{}", folder, *loader.library_path) : folder,
                                         fmt::format("let this process look into {}", folder));
  if (set) remedy.undo = fmt::format("export LD_LIBRARY_PATH='{}'", *loader.library_path);
  return remedy;
}

}  // namespace

// The kernel's part of the driver works, or its libcuda lies on this disk; the loader of this very process does not come to it.
Verdict check(const FrameworkContext& context) {
  const Snapshot& snapshot = context.snapshot;
  const Gate* gate = context.prediction.find_gate("open-libcuda");
  if (!gate || !gate->library) return not_applicable("this build asks for no driver");
  if (gate->state == GateState::unknown) return cannot_tell("where the loader finds libcuda.so.1", gate->summary);
  if (gate->state == GateState::passed) return passes();
  const Resolution& failure = gate->library->root_failure();
  if (failure.name != "libcuda.so.1" || failure.state != ResolutionState::not_found)
    return not_applicable("the loader stops at another file");
  if (in_wsl(snapshot)) return not_applicable("in WSL the driver comes from Windows");
  if (find_outside_cache(snapshot, "libcuda.so.1") || find_without_link(snapshot, "libcuda.so.1"))
    return not_applicable("the loader's cache is stale");
  const Candidate* file = find_drivers_own(snapshot, "libcuda.so.1");
  if (!file && in_container(snapshot)) return not_applicable("it was not put into this container");
  if (!file && snapshot.kernel_module.loaded.is_unknown())
    return cannot_tell("whether the driver is loaded", snapshot.kernel_module.loaded);
  if (!file && !snapshot.kernel_module.loaded.is(true)) return not_applicable("no driver is loaded");

  Finding finding;
  finding.headline = file ? fmt::format("libcuda.so.1 is in {}, where this process does not look", path::parent(file->path))
                          : "the NVIDIA kernel module is loaded, and its library libcuda.so.1 is not installed";
  if (!file && snapshot.kernel_module.loaded_version.is_known())
    finding.details.push_back(fmt::format("the module {} is loaded", *snapshot.kernel_module.loaded_version));
  finding.details.push_back(fmt::format("{} opens libcuda.so.1; none of the places it looks in has it", title_of(context.build)));
  for (std::string& line : tried_lines(failure, snapshot)) finding.details.push_back("  " + std::move(line));
  finding.because = {evidence_of(failure)};
  if (file) finding.because.push_back({Source::file, file->path, {}});
  else finding.because.push_back(snapshot.kernel_module.loaded.evidence());
  if (file) finding.remedies.push_back(lead_to(context, *file));
  if (file && !in_container(snapshot) && !is_hosted(snapshot))
    finding.remedies.push_back(add_to_cache(snapshot, std::string(path::parent(file->path)), "nvidia-driver"));
  if (!file) finding.remedies.push_back(reinstall_driver_libraries(snapshot, "install the driver's libraries"));
  for (Remedy& remedy : finding.remedies) remedy.check = remedies::check_command(context.environment, context.build);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::libcuda_not_found
