#include <algorithm>

#include "base/path.h"
#include "causes/support/cause.h"
#include "causes/support/framework_releases.h"

namespace gpuwhy::causes::cuda_libs_wrong_version {

// The toolkit's libraries are here, of another version than this build asks for by name.
Verdict check(const FrameworkContext& context) {
  auto failed = library_faults(context, LibraryFault::wrong_version);
  if (failed.empty()) return without_library_fault(context);
  auto proof = std::ranges::find_if(failed, [](const FailedLibrary& one) { return !one.path.empty(); });
  if (proof == failed.end()) return not_applicable("no other version is installed");
  const Fact<std::string>& cuda = context.build.cuda_version;
  std::string here(path::filename(proof->path)), needs = cuda.is_known() ? fmt::format(" (CUDA {})", *cuda) : "";

  Finding finding = finding_of(context, failed);
  finding.headline = fmt::format("{} needs {}{}, and here is {}", title_of(context.build), proof->request->name, needs, here);
  finding.details.push_back(fmt::format("{} is another version: the name must be the same", proof->path));
  if (failed.size() > 1) finding.details.push_back(fmt::format("not found: {}", names_of(failed)));
  finding.because.push_back({Source::file, proof->path, {}});
  if (cuda.is_known()) finding.because.push_back(cuda.evidence());
  finding.remedies = {reinstall_libraries(context, failed)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::cuda_libs_wrong_version
