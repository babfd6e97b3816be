#include "base/path.h"
#include "causes/support/cause.h"
#include "causes/support/older_nvjitlink.h"

namespace gpuwhy::causes::ld_library_path {

namespace {

// The driver's library comes from that folder too, so it must stay on the path: behind the environment's own folders.
Remedy put_environment_first(const FrameworkContext& context, const FailedLibrary& failed) {
  std::string name(path::filename(failed.path)), first;
  for (const Candidate* file : candidates_for(context.snapshot, name))
    if (first.empty() && file->state == CandidateState::loadable && is_in_environment(context.environment, file->path))
      first = path::parent(file->path);
  const std::string& value = *context.snapshot.loader.library_path;
  Remedy remedy = remedies::set_variable("LD_LIBRARY_PATH", fmt::format("{}:{}", first, value), "put the environment's own folder first");
  remedy.undo = fmt::format("export LD_LIBRARY_PATH='{}'", value);
  return remedy;
}

Remedy leave_folder(const FrameworkContext& context, const std::string& folder) {
  Remedy remedy = remedies::without_search_folder(context.snapshot, folder);
  remedy.undo = fmt::format("export LD_LIBRARY_PATH='{}'", *context.snapshot.loader.library_path);
  remedy.steps = {
      "look for the line that sets it: ~/.bashrc, ~/.profile, /etc/profile.d, the activate script, a module file, the unit of a service"};
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

}  // namespace

// LD_LIBRARY_PATH makes the loader take a file from outside of the environment, and that one cannot be loaded; the environment's own could.
Verdict check(const FrameworkContext& context) {
  const Fact<std::string>& value = context.snapshot.loader.library_path;
  auto failed = library_faults(context, LibraryFault::foreign);
  if (failed.empty()) {
    auto older = find_older_nvjitlink(context);
    if (!older) return without_library_fault(context);
    Finding finding = finding_of(context, *older);
    finding.remedies = {leave_folder(context, older->folder)};
    return fires(std::move(finding));
  }
  const FailedLibrary& first = failed.front();
  std::string taken(path::filename(first.path));
  bool stops = first.request->state != ResolutionState::not_found;

  Finding finding = finding_of(context, failed);
  finding.headline = fmt::format("LD_LIBRARY_PATH puts the {} of {} first, and it cannot be loaded", taken, first.folder);
  finding.details.push_back(fmt::format("LD_LIBRARY_PATH={}", *value));
  finding.details.push_back(stops ? fmt::format("the loader stops at {}: {}", first.path, first.request->detail)
                                  : fmt::format("{} needs {}, which its own search path does not find", first.path, first.request->name));
  finding.details.push_back(fmt::format("without that folder the loader comes to a good {}", taken));
  finding.because.push_back({Source::env, "LD_LIBRARY_PATH", *value});
  finding.because.push_back({Source::file, first.path, {}});
  bool holds_driver = !context.prediction.libcuda.empty() && candidates_for(context.snapshot, "libcuda.so.1").size() == 1 &&
                      path::is_inside(candidates_for(context.snapshot, "libcuda.so.1").front()->path, path::normalised(first.folder));
  finding.remedies = {leave_folder(context, first.folder)};
  if (holds_driver) {
    Remedy first_own = put_environment_first(context, first);
    first_own.steps = finding.remedies.front().steps;
    first_own.check = finding.remedies.front().check;
    finding.remedies = {std::move(first_own)};
  }
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::ld_library_path
