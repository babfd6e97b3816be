#include "causes/support/cause.h"
#include "causes/support/jetson.h"

#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::driver_library_mismatch {

namespace {

constexpr std::int64_t cuda_mismatch = 803, nvml_mismatch = 18;

}  // namespace

// The module in the kernel and the libraries in user space must be of one release; after an upgrade without a reboot they are not.
Verdict check(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  if (in_wsl(snapshot) || is_jetson(snapshot)) return not_applicable("this place has no kernel module of its own");
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver && driver->loaded_libcuda.is_known() && !is_drivers_own(snapshot, *driver->loaded_libcuda))
    return not_applicable("the loaded libcuda is a compatibility copy or a stub");
  bool told = init_code(snapshot) == cuda_mismatch || nvml_code(snapshot) == nvml_mismatch;
  const KernelModule& module = snapshot.kernel_module;
  std::string library = version_of_libcuda(snapshot), loaded = module.loaded_version.is_known() ? *module.loaded_version : "";
  if (!told) {
    if (module.loaded.is_unknown()) return cannot_tell("whether the nvidia module is loaded", module.loaded);
    if (!module.loaded.is(true) || (driver && driver->loaded_libcuda.is_absent()))
      return not_applicable("module and library are not both there");
    if (module.loaded_version.is_unknown()) return cannot_tell("the version of the loaded module", module.loaded_version);
    if (library.empty() && find_drivers_own(snapshot, "libcuda.so.1"))
      return cannot_tell("the version of the driver's library", "not-probed: the name of its file does not hold it");
    if (library.empty() || loaded.empty() || library == loaded) return passes();
  }

  Finding finding;
  finding.headline = library.empty() || loaded.empty()
                         ? std::string("the loaded kernel module and the driver's libraries are of different versions")
                         : fmt::format("the loaded kernel module is {}, the driver's libraries are {}", loaded, library);
  if (!loaded.empty()) finding.details.push_back(fmt::format("{} says {}", module.loaded_version.evidence().locator, loaded));
  if (driver && driver->loaded_libcuda.is_known()) finding.details.push_back(fmt::format("the loader takes {}", *driver->loaded_libcuda));
  prove_codes(snapshot, finding);
  finding.because.push_back(module.loaded_version.evidence());
  finding.confidence = told ? Confidence::certain : Confidence::likely;
  finding.remedies = match_module_to_libraries(snapshot, library);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::driver_library_mismatch
