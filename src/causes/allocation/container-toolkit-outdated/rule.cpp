#include "base/version.h"
#include "causes/support/cause.h"
#include "causes/support/container_faults.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::container_toolkit_outdated {

namespace {

constexpr std::int64_t symbol_not_found = 500;  // CUDA_ERROR_NOT_FOUND
constexpr int first_split_driver = 555;         // from here on the driver for WSL has files that older toolkits do not mount

struct Floor {
  const char* version;
  const char* why;
};

// The oldest toolkit that does its work here; nothing where any does.
std::optional<Floor> oldest_fit(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  auto windows = driver && driver->nvml_driver_version.is_known() ? Version::parse(*driver->nvml_driver_version) : std::nullopt;
  if (is_platform(snapshot, "wsl2") && windows && windows->major() >= first_split_driver)
    return Floor{"1.14.4", "older ones do not mount all files of Windows drivers from 555 on, and cuInit then answers 500 in a container"};
  if (snapshot.platform.cgroup.is("v2"))
    return Floor{"1.8.0",
                 "older ones know only cgroup v1, and containers with a GPU do not start here (`cgroup subsystem devices not found`)"};
  return std::nullopt;
}

// In a container of WSL: the driver's library is here, and lacks files beside it.
Verdict check_inside(const Snapshot& snapshot) {
  if (!in_wsl(snapshot) || init_code(snapshot) != symbol_not_found) return passes();
  Finding finding;
  finding.headline = "the container toolkit is too old for the Windows driver: it did not mount all of the driver's files";
  prove_codes(snapshot, finding, ": in a container of WSL this is the sign of a toolkit before 1.14.4 under a driver from 555 on");
  if (const DriverAnswers* driver = default_driver(snapshot); driver && driver->nvml_driver_version.is_known())
    finding.details.push_back(fmt::format("the driver of Windows is {}", *driver->nvml_driver_version));
  finding.because.push_back(snapshot.platform.kind.evidence());
  finding.remedies = {handing_gpu(remedies::steps(
      "update what starts the container, and start it again",
      {"Docker Desktop: Settings > Software updates, to 4.31 or newer",
       "Docker in the distribution itself: sudo apt-get install --only-upgrade nvidia-container-toolkit", "then start the container again"},
      Safety::ask, "install the former version again"))};
  return fires(std::move(finding));
}

}  // namespace

// A toolkit that does not know this platform's cgroups or this driver's files.
Verdict check(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot) && in_container(snapshot)) return not_applicable("the driver reaches a GPU");
  if (in_container(snapshot)) return check_inside(snapshot);
  if (auto verdict = host_tools_are_not_judged(snapshot)) return *verdict;
  auto floor = oldest_fit(snapshot);
  if (!floor) return not_applicable("any version of the toolkit serves here");
  const Fact<std::string>& version = snapshot.container_tools.toolkit_version;
  if (version.is_absent()) return not_applicable("no toolkit is installed");
  if (version.is_unknown() && version.why() == Why::not_probed) return not_applicable("nothing that is read tells the toolkit's version");
  if (version.is_unknown()) return cannot_tell("the version of NVIDIA's toolkit for containers", version);
  auto installed = Version::parse(*version);
  if (!installed || *installed >= *Version::parse(floor->version)) return passes();

  Finding finding = host_note(snapshot, fmt::format("the NVIDIA Container Toolkit {} is too old for this machine", *version));
  prove(finding, fmt::format("{} is needed: {}", floor->version, floor->why), version.evidence());
  finding.remedies = {install_toolkit(snapshot, "install the current NVIDIA Container Toolkit", {})};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::container_toolkit_outdated
