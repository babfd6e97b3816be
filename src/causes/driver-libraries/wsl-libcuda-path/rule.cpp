#include "causes/support/cause.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::wsl_libcuda_path {

// WSL mounts the driver of Windows at /usr/lib/wsl/lib and writes that folder into the loader's configuration. Where that was undone, no
// program finds libcuda.so.1 although it is there.
Verdict check(const FrameworkContext& context) {
  const Snapshot& snapshot = context.snapshot;
  if (snapshot.platform.kind.is_unknown()) return cannot_tell("which place this is", snapshot.platform.kind);
  if (!is_platform(snapshot, "wsl2")) return not_applicable("this is not WSL 2");
  const Gate* gate = context.prediction.find_gate("open-libcuda");
  if (!gate || !gate->library) return not_applicable("this build asks for no driver");
  if (gate->state == GateState::unknown) return cannot_tell("where the loader finds libcuda.so.1", gate->summary);
  if (gate->state == GateState::passed) return passes();
  const Resolution& failure = gate->library->root_failure();
  if (failure.name != "libcuda.so.1" || failure.state != ResolutionState::not_found)
    return not_applicable("the loader stops at another file");
  const Candidate* drivers = nullptr;
  for (const Candidate* file : candidates_for(snapshot, "libcuda.so.1"))
    if (is_wsl_path(file->path) && file->state == CandidateState::loadable) drivers = file;
  if (!drivers) return not_applicable("Windows has mounted no libcuda.so.1 at /usr/lib/wsl/lib");
  if (find_outside_cache(snapshot, "libcuda.so.1"))
    return not_applicable("the loader's configuration names the folder; its cache is stale");

  std::string folder = "/usr/lib/wsl/lib";
  Finding finding;
  finding.headline = "the loader does not look into /usr/lib/wsl/lib, where WSL keeps libcuda.so.1";
  finding.details.push_back(fmt::format("{} is there, and {} does not find it", drivers->path, title_of(context.build)));
  for (std::string& line : tried_lines(failure, snapshot)) finding.details.push_back("  " + std::move(line));
  finding.because = {evidence_of(failure), {Source::file, drivers->path, {}}, snapshot.platform.kind.evidence()};
  Remedy lasting = add_to_cache(snapshot, folder, "ld.wsl");
  lasting.steps = {"WSL writes that file at every start unless /etc/wsl.conf has ldconfig=false under [automount]"};
  std::string rest =
      snapshot.loader.library_path.is_known() && !snapshot.loader.library_path->empty() ? ":" + *snapshot.loader.library_path : "";
  Remedy here = remedies::set_variable("LD_LIBRARY_PATH", folder + rest, "or for this shell only");
  if (!rest.empty()) here.undo = fmt::format("export LD_LIBRARY_PATH='{}'", rest.substr(1));
  lasting.check = here.check = remedies::check_command(context.environment, context.build);
  finding.remedies = {std::move(lasting), std::move(here)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::wsl_libcuda_path
