#include "base/path.h"
#include "causes/support/cause.h"

namespace gpuwhy::causes::cuda_libs_missing {

// The framework opens the toolkit's libraries by name, and none of the places that the loader looks in for that caller has them.
Verdict check(const FrameworkContext& context) {
  auto failed = library_faults(context, LibraryFault::missing);
  if (failed.empty()) return without_library_fault(context);
  Finding finding = finding_of(context, failed);
  std::string wheel = wheel_for(context.build, failed.front().request->name);
  const Package* package = wheel.empty() ? nullptr : find_package(context.environment, wheel);
  if (is_of_packages(context.snapshot)) package = nullptr, wheel.clear();  // no file was looked for
  if (package) {
    finding.headline = fmt::format("{} is gone from this environment, although its package is installed", names_of(failed));
    finding.details.push_back(fmt::format("the package {} {} is installed and the file is not there", wheel, package->version));
    finding.because.push_back({Source::package, package->location, {}});
  } else {
    finding.headline = fmt::format("CUDA libraries that {} needs are not installed: {}", title_of(context.build), names_of(failed));
    if (!wheel.empty()) finding.details.push_back(fmt::format("the package {} is not installed", wheel));
  }
  finding.remedies = {reinstall_libraries(context, failed)};
  const Candidate* outside = find_outside_environments(context, failed.front().request->name);
  if (outside) {
    std::string folder(path::parent(outside->path));
    finding.details.push_back(fmt::format("{} lies in {}, where this process does not look", failed.front().request->name, folder));
    finding.because.push_back({Source::file, outside->path, {}});
    finding.remedies.push_back(also_search(context, {folder}, fmt::format("or let this process look into {}", folder)));
  }
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::cuda_libs_missing
