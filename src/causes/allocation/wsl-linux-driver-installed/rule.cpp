#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::wsl_linux_driver_installed {

namespace {

std::vector<std::string> installed_names(const Snapshot& snapshot) {
  std::vector<std::string> names;
  if (!snapshot.kernel_module.packages.is_known()) return names;
  for (const DriverPackage& package : *snapshot.kernel_module.packages)
    if (package.state != "config-files" && package.state != "not-installed") names.push_back(package.name);
  return names;
}

// A library of the driver for real Linux machines, which finds no kernel module of its own here.
bool is_foreign(const Snapshot& snapshot, const std::string& file) { return !is_wsl_path(file) && is_drivers_own(snapshot, file); }

}  // namespace

// In WSL 2 the driver is Windows'; its libcuda lies in /usr/lib/wsl/lib. A Linux driver in the distribution puts another one before it.
Verdict check(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  if (snapshot.platform.kind.is_unknown()) return cannot_tell("which place this is", snapshot.platform.kind);
  if (!is_platform(snapshot, "wsl2") || in_container(snapshot)) return not_applicable("this is no distribution under WSL 2");
  const DriverAnswers* driver = default_driver(snapshot);
  if (!driver || (driver->loaded_libcuda.is_unknown() && driver->loaded_nvml.is_unknown()))
    return driver ? cannot_tell("which libcuda.so.1 the loader takes", driver->loaded_libcuda)
                  : cannot_tell("which libcuda.so.1 the loader takes", "not-probed: the driver was not asked");

  std::string file;
  if (driver->loaded_nvml.is_known() && driver->nvml_init.is_known() && *driver->nvml_init != 0 &&
      is_foreign(snapshot, *driver->loaded_nvml))
    file = *driver->loaded_nvml;
  if (driver->loaded_libcuda.is_known() && is_foreign(snapshot, *driver->loaded_libcuda)) file = *driver->loaded_libcuda;
  if (file.empty()) return passes();

  std::vector<std::string> names = installed_names(snapshot);
  Finding finding;
  finding.headline = "a Linux NVIDIA driver is installed in this WSL distribution and hides the one of Windows";
  finding.details.push_back(fmt::format("the loader takes {}; the one for WSL lies in /usr/lib/wsl/lib", file));
  if (!names.empty()) finding.details.push_back(fmt::format("installed: {}", fmt::join(names, ", ")));
  if (std::string words = driver_words(snapshot); !words.empty()) finding.details.push_back(words);
  finding.because = place_evidence(snapshot);
  finding.because.push_back({Source::file, file, {}});
  finding.confidence = confidence_by_driver(snapshot);
  Remedy remedy = remove_packages(snapshot, "remove the Linux driver from the distribution", names);
  remedy.steps.push_back("the CUDA toolkit may stay: its packages are cuda-toolkit-*, not cuda or cuda-drivers");
  remedy.steps.push_back("in PowerShell on Windows: wsl.exe --shutdown, then open the distribution again");
  finding.remedies = {checked(std::move(remedy))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::wsl_linux_driver_installed
