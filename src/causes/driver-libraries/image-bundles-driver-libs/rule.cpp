#include "causes/support/cause.h"

#include <algorithm>

#include "base/version.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::image_bundles_driver_libs {

namespace {

constexpr std::int64_t cuda_mismatch = 803, nvml_mismatch = 18;
constexpr int first_branch = 300;  // no driver that knows containers is older

// A libcuda of the host's driver beside the one that the loader takes: of the version of the loaded module, or WSL's own. nullptr: none.
const Candidate* find_hosts(const Snapshot& snapshot, const std::string& module) {
  for (const Candidate& file : snapshot.libraries.candidates) {
    if (file.soname != "libcuda.so.1" || !is_drivers_own(file)) continue;
    if (is_wsl_path(file.path) || (!module.empty() && driver_version_of_file(file.real_path) == module)) return &file;
  }
  return nullptr;
}

// The files of that version that the loader could meet; `taken` at least.
std::vector<std::string> files_of_version(const Snapshot& snapshot, const std::string& taken, const std::string& version) {
  std::vector<std::string> files = {taken};
  for (const Candidate& file : snapshot.libraries.candidates)
    if (driver_version_of_file(file.real_path) == version && std::ranges::find(files, file.real_path) == files.end())
      files.push_back(file.real_path);
  return files;
}

std::vector<Remedy> cures(const Snapshot& snapshot, const std::vector<std::string>& baked, const Candidate* hosts) {
  std::vector<std::string> names;
  if (snapshot.kernel_module.packages.is_known())
    for (const DriverPackage& package : *snapshot.kernel_module.packages)
      if (package.state == "installed") names.push_back(package.name);
  std::string line =
      names.empty() ? fmt::format("RUN rm -f {}", fmt::join(baked, " ")) : fmt::format("RUN apt-get purge -y {}", fmt::join(names, " "));
  Remedy rebuild = remedies::steps(
      "build the image without files of the driver",
      {fmt::format("in the Dockerfile, at the end: {}", line),
       "install only the toolkit in an image (cuda-toolkit-*, never cuda, cuda-drivers or nvidia-driver-*), and never `docker commit` a "
       "container that had a GPU"},
      Safety::show_only, "take the line out again");
  if (!hosts) return {checked(std::move(rebuild))};
  Remedy here;
  here.title = "or in this container alone, until it is made anew";
  Command removal = {"rm"};
  removal.insert(removal.end(), baked.begin(), baked.end());
  here.commands = {remedies::as_root(snapshot.host, removal), remedies::as_root(snapshot.host, {"ldconfig"})};
  here.safety = Safety::ask;
  here.undo = "make the container anew from its image";
  here = handing_gpu(std::move(here));
  for (const std::string& file : baked) here.effects.insert(here.effects.begin(), {Effect::Kind::remove_path, file, "", ""});
  return {checked(std::move(rebuild)), std::move(here)};
}

}  // namespace

// The driver's libraries belong to the host and are mounted at the start. Copies in the image itself are of whatever driver its builder
// had; where they are newer, ldconfig leads the loader to them.
Verdict check(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  if (!in_container(snapshot)) return not_applicable("this is no container");
  if (!has_card_node(snapshot)) return not_applicable("no card was handed to this container");
  const DriverAnswers* driver = default_driver(snapshot);
  if (!driver || !driver->loaded_libcuda.is_known()) return not_applicable("no libcuda was loaded");
  const std::string& taken = *driver->loaded_libcuda;
  if (!is_drivers_own(snapshot, taken) || is_wsl_path(taken)) return not_applicable("the loaded libcuda is no driver's of the image");
  // WSL's own is called libcuda.so.1.1, wherever a toolkit mounts it.
  std::string version = driver_version_of_file(taken);
  auto parsed = Version::parse(version);
  if (!parsed || parsed->major() < first_branch) return not_applicable("the name of the loaded libcuda tells no driver's version");
  const Fact<std::string>& loaded = snapshot.kernel_module.loaded_version;
  if (!in_wsl(snapshot) && loaded.is_unknown()) return cannot_tell("the version of the loaded module", loaded);
  std::string module = loaded.is_known() ? *loaded : std::string();
  if (!in_wsl(snapshot) && (module.empty() || version == module)) return passes();
  const Candidate* hosts = find_hosts(snapshot, module);
  if (!hosts && snapshot.platform.injected_driver.is_unknown())
    return cannot_tell("whether a driver was put into this container", snapshot.platform.injected_driver);
  if (!hosts && !snapshot.platform.injected_driver.is(false)) return not_applicable("the mounted libraries themselves are of that version");

  Finding finding;
  finding.headline = "this image holds libraries of an NVIDIA driver of its own, and the loader takes them";
  prove(finding, fmt::format("the loader takes {}, which belongs to the image", taken), driver->loaded_libcuda.evidence());
  if (hosts) prove(finding, fmt::format("the host's driver has put in {}", hosts->path), {Source::file, hosts->path, ""});
  if (!module.empty()) prove(finding, fmt::format("the host's module is {}", module), loaded.evidence());
  prove_codes(snapshot, finding);
  bool told = init_code(snapshot) == cuda_mismatch || nvml_code(snapshot) == nvml_mismatch;
  finding.confidence = told ? Confidence::certain : Confidence::likely;
  finding.remedies = cures(snapshot, files_of_version(snapshot, taken, version), hosts);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::image_bundles_driver_libs
