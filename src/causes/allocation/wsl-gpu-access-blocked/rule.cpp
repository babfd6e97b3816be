#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"
#include "causes/support/wsl_faults.h"

namespace gpuwhy::causes::wsl_gpu_access_blocked {

namespace {

constexpr std::int64_t operating_system = 17;  // NVML_ERROR_OPERATING_SYSTEM: "GPU access blocked by the operating system"

Remedy open_the_way(bool own_kernel) {
  std::vector<std::string> steps;
  if (own_kernel)
    steps = {
        "build the kernel from Microsoft's WSL2-Linux-Kernel with CONFIG_DXGKRNL=y, or take WSL's own again: delete the line kernel= "
        "under [wsl2] in %UserProfile%\\.wslconfig",
        "in PowerShell: wsl --shutdown, and open the distribution again; uname -r then ends in -microsoft-standard-WSL2"};
  else
    steps = {
        "%UserProfile%\\.wslconfig on Windows: no gpuSupport=false under [wsl2]",
        "in PowerShell: nvidia-smi; where the column Driver-Model says TCC, WSL has no access: nvidia-smi -dm 0 (as administrator) and a "
        "reboot of Windows",
        "update NVIDIA's driver on Windows and run wsl --update, then wsl --shutdown, and open the distribution again"};
  return handing_gpu(remedies::steps("open the way from WSL to the GPU", steps, Safety::show_only, "put the former setting back"));
}

bool refuses(const Fact<std::int64_t>& code) { return code.is_known() && *code != 0; }

}  // namespace

// The driver's files are mounted, and the way to the card is not open: no device, or Windows refuses.
Verdict check(const Snapshot& snapshot) {
  if (auto verdict = wsl_is_not_judged(snapshot)) return *verdict;
  if (snapshot.device_nodes.nodes.is_unknown()) return cannot_tell("the device files", snapshot.device_nodes.nodes);
  const DeviceNode* device = find_node(snapshot, "/dev/dxg");
  bool own_kernel = !has_microsoft_kernel(snapshot);
  Fact<bool> mounted = windows_gave_libcuda(snapshot);
  if (mounted.is_unknown() && !(own_kernel && !device)) return cannot_tell("what WSL has mounted at /usr/lib/wsl/lib", mounted);
  if (!mounted.is(true) && !(own_kernel && !device)) return not_applicable("Windows has mounted no driver for WSL");

  const DriverAnswers* driver = default_driver(snapshot);
  bool own_library = !driver || !driver->loaded_libcuda.is_known() || is_wsl_path(*driver->loaded_libcuda);
  if (device && !own_library) return not_applicable("the loader takes another driver than the one of Windows");
  bool blocked = driver && (driver->nvml_init.is(operating_system) || (refuses(driver->init) && refuses(driver->nvml_init)));
  bool asked = driver && (driver->init.is_known() || driver->nvml_init.is_known() || driver->loaded_libcuda.is_absent());
  if (device && !blocked && !asked) return cannot_tell("what the driver of Windows answers", "not-probed: the driver was not asked");
  if (device && !blocked) return passes();

  Finding finding;
  finding.headline = device       ? "Windows blocks the way from WSL to the GPU, although driver and device are there"
                     : own_kernel ? "this WSL runs a kernel of its own without the GPU's device: /dev/dxg is missing"
                                  : "this WSL has no GPU device: /dev/dxg is missing, although the driver is mounted";
  if (!device) prove(finding, "there is no /dev/dxg, through which CUDA reaches the card in WSL", snapshot.device_nodes.nodes.evidence());
  if (snapshot.host.kernel_release.is_known())
    prove(finding, fmt::format("the kernel is {}", *snapshot.host.kernel_release), snapshot.host.kernel_release.evidence());
  prove_codes(snapshot, finding, driver && driver->nvml_init.is(operating_system) ? ": GPU access blocked by the operating system" : "");
  for (Evidence& evidence : place_evidence(snapshot)) finding.because.push_back(std::move(evidence));
  finding.confidence = confidence_by_driver(snapshot);
  finding.remedies = {open_the_way(own_kernel && !device)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::wsl_gpu_access_blocked
