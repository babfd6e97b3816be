#include <algorithm>

#include "base/path.h"
#include "causes/support/cause.h"

namespace gpuwhy::causes::wheel_search_path_broken {

// The library lies in this environment, in a folder that the search path inside the framework does not name.
Verdict check(const FrameworkContext& context) {
  auto failed = library_faults(context, LibraryFault::not_searched);
  if (failed.empty()) return without_library_fault(context);
  const FailedLibrary& first = failed.front();
  std::vector<std::string> folders;
  for (const FailedLibrary& one : failed)
    if (std::ranges::find(folders, one.folder) == folders.end()) folders.push_back(one.folder);

  Finding finding = finding_of(context, failed);
  finding.headline = fmt::format("{} is installed in this environment, and {} does not look into its folder", first.request->name,
                                 title_of(context.build));
  for (const FailedLibrary& one : failed) {
    finding.details.push_back(fmt::format("{} lies in {}", one.request->name, one.folder));
    finding.because.push_back({Source::file, one.path, {}});
  }
  if (has_broken_search_path(context.build))
    finding.details.push_back("the search path inside libtensorflow_framework.so.2 of this release leaves that folder out");
  finding.remedies = {also_search(context, folders, "let the loader look there")};
  if (has_broken_search_path(context.build)) {
    finding.remedies.push_back(working_tensorflow(context));
    finding.remedies.back().title.insert(0, "or ");
  }
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::wheel_search_path_broken
