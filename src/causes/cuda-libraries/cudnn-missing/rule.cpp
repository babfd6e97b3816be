#include "base/path.h"
#include "causes/support/cause.h"

namespace gpuwhy::causes::cudnn_missing {

// The framework opens libcudnn.so.N, or cuDNN one of its own parts, and none of the places that the loader looks in for that caller has it.
Verdict check(const FrameworkContext& context) {
  auto failed = library_faults(context, LibraryFault::missing_cudnn);
  if (failed.empty()) return without_library_fault(context);
  const std::string& name = failed.front().request->name;
  std::string wheel = wheel_for(context.build, name);
  const Package* package = wheel.empty() ? nullptr : find_package(context.environment, wheel);
  bool is_part = name.starts_with("libcudnn_");

  Finding finding = finding_of(context, failed);
  finding.headline =
      is_part ? fmt::format("a part of cuDNN ({}) is missing", name) : fmt::format("cuDNN ({}) is not installed in this environment", name);
  if (is_of_packages(context.snapshot)) package = nullptr, wheel.clear();  // no file was looked for
  if (package) {
    finding.details.push_back(fmt::format("the package {} {} is installed and the file is not there", wheel, package->version));
    finding.because.push_back({Source::package, package->location, {}});
  } else if (!wheel.empty()) {
    finding.details.push_back(fmt::format("the package {} is not installed", wheel));
  }
  if (finding.severity == Severity::degraded) finding.details.push_back("the GPU is listed all the same; convolutions fail");
  finding.remedies = {reinstall_libraries(context, failed)};
  if (const Candidate* outside = is_part ? nullptr : find_outside_environments(context, name)) {
    std::string folder(path::parent(outside->path));
    finding.details.push_back(fmt::format("{} lies in {}, where this process does not look", name, folder));
    finding.because.push_back({Source::file, outside->path, {}});
    finding.remedies.push_back(also_search(context, {folder}, fmt::format("or let this process look into {}", folder)));
  }
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::cudnn_missing
