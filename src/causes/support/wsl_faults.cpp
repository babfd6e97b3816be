#include "causes/support/wsl_faults.h"

#include <algorithm>

#include "causes/support/place_faults.h"
#include "causes/support/questions.h"

namespace gpuwhy {

std::optional<Verdict> wsl_is_not_judged(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  const Fact<std::string>& kind = snapshot.platform.kind;
  if (kind.is_unknown()) return cannot_tell("which place this is", describe_unknown(kind.why(), kind.detail()));
  if (!is_platform(snapshot, "wsl2") || in_container(snapshot)) return not_applicable("this is no distribution under WSL 2");
  return std::nullopt;
}

Fact<bool> windows_gave_libcuda(const Snapshot& snapshot) {
  Evidence place{Source::file, "/usr/lib/wsl/lib/libcuda.so.1", ""};
  auto files = candidates_for(snapshot, "libcuda.so.1");
  if (std::ranges::any_of(files, [](const Candidate* file) { return is_wsl_path(file->path); })) return Fact<bool>::known(true, place);
  const SearchedFolder* folder = snapshot.libraries.find_folder("/usr/lib/wsl/lib");
  if (folder && folder->names.is_unknown()) return Fact<bool>::unknown(folder->names.why(), folder->names.detail(), place);
  return Fact<bool>::known(false, place);
}

bool has_microsoft_kernel(const Snapshot& snapshot) {
  const Fact<std::string>& release = snapshot.host.kernel_release;
  return release.is_known() && (release->contains("microsoft") || release->contains("WSL2"));
}

}  // namespace gpuwhy
