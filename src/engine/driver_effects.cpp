#include "engine/driver_effects.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"
#include "causes/support/questions.h"
#include "engine/library_effects.h"
#include "facts/facts.h"

namespace gpuwhy::effects {

namespace {

// The cards of this machine as a working driver would name them.
std::vector<CudaDevice> cards_of(const Snapshot& snapshot) {
  std::vector<CudaDevice> cards;
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver && driver->nvml_devices.is_known())
    for (const NvmlDevice& card : *driver->nvml_devices)
      cards.push_back({card.name, card.pci_address, card.compute_capability.is_known() ? *card.compute_capability : "",
                       card.memory_total.is_known() ? *card.memory_total : 0, 0, card.uuid});
  if (!cards.empty()) return cards;
  if (driver && driver->devices.is_known() && !driver->devices->empty() && !snapshot.variable("CUDA_VISIBLE_DEVICES"))
    return *driver->devices;
  for (const PciFunction* function : nvidia_functions(snapshot)) {
    const facts::PciDevice* device = facts::find_pci_device(static_cast<std::uint16_t>(function->device));
    cards.push_back({card_title(*function), function->address, device ? std::string(device->compute_capability) : "", 0, 0, {}});
  }
  Fact<std::int64_t> count = physical_cards(snapshot);
  std::size_t wanted = count.is_known() && *count > 0 ? static_cast<std::size_t>(*count) : cards.empty() ? 1 : cards.size();
  cards.resize(wanted);
  return cards;
}

std::string newest_driver() {
  int newest = 0;
  for (const facts::DriverBranch& branch : facts::driver_branches()) newest = std::max(newest, branch.branch);
  return std::to_string(newest);
}

std::string libcuda_folder(const Snapshot& snapshot) {
  if (const Candidate* file = find_driver_libcuda(snapshot)) return std::string(path::parent(file->path));
  return snapshot.loader.default_folders.empty() ? "/usr/lib" : snapshot.loader.default_folders.front();
}

void put_drivers_library(Snapshot& snapshot, const std::string& folder, const std::string& soname, const std::string& version) {
  std::string path = path::join(folder, soname);
  const Candidate* there = snapshot.libraries.find(path);
  if (there && there->state == CandidateState::loadable && !there->is_driver_stub) return;
  remove_path(snapshot, path);
  put_library(snapshot.libraries, path, soname);
  auto file = std::ranges::find(snapshot.libraries.candidates, path, &Candidate::path);
  file->real_path = path::join(folder, fmt::format("{}{}", soname.substr(0, soname.rfind('.') + 1), version));
  file->is_driver_stub = false;
}

void load_module(Snapshot& snapshot, const std::string& version) {
  KernelModule& module = snapshot.kernel_module;
  module.loaded = module.uvm_loaded = Fact<bool>::known(true);
  module.loaded_version = Fact<std::string>::known(version);
  module.rivals_loaded = Fact<std::vector<std::string>>::known({});
  module.fabric_manager_running = Fact<bool>::known(true);
  if (snapshot.pci.display.is_known())
    for (PciFunction& function : snapshot.pci.display.edit())
      if (function.vendor == 0x10de) function.driver = Fact<std::string>::known("nvidia");
  std::string kernel = snapshot.host.kernel_release.is_known() ? *snapshot.host.kernel_release : "";
  if (!find_running_module(snapshot) && !kernel.empty()) {
    if (!module.files.is_known()) module.files = Fact<std::vector<ModuleFile>>::known({});
    module.files.edit().push_back(
        {fmt::format("/lib/modules/{}/updates/dkms/nvidia.ko", kernel), kernel, module.loaded_version, Fact<std::string>::known("NVIDIA")});
  }
}

}  // namespace

void open_nodes(Snapshot& snapshot) {
  if (!snapshot.device_nodes.nodes.is_known()) snapshot.device_nodes.nodes = Fact<std::vector<DeviceNode>>::known({});
  std::vector<DeviceNode>& nodes = snapshot.device_nodes.nodes.edit();
  auto put = [&](const std::string& path, std::int64_t minor) {
    if (std::ranges::find(nodes, path, &DeviceNode::path) == nodes.end())
      nodes.push_back({path, "character device", 195, minor, 0666, 0, 0, Fact<std::int64_t>::known(0)});
  };
  if (!in_wsl(snapshot)) {
    put("/dev/nvidiactl", 255);
    put("/dev/nvidia-uvm", 0);
    for (std::size_t i = 0; i < cards_of(snapshot).size(); ++i) put(fmt::format("/dev/nvidia{}", i), static_cast<std::int64_t>(i));
  }
  for (DeviceNode& node : nodes) {
    node.open_error = Fact<std::int64_t>::known(0);
    node.mode |= 0666;
  }
}

void apply_visible_devices(Snapshot& snapshot) {
  for (DriverAnswers& driver : snapshot.drivers) {
    bool answered = driver.init.is(std::int64_t{0}) || driver.init.is(std::int64_t{100});
    if (!answered) continue;
    std::vector<CudaDevice> cards = cards_of(snapshot);
    const std::string* value = snapshot.variable("CUDA_VISIBLE_DEVICES");
    if (value) {
      std::optional<std::vector<std::string>> uuids;
      if (driver.nvml_uuids.is_known()) uuids = *driver.nvml_uuids;
      VisibleCards visible = read_visible_cards(*value, static_cast<std::int64_t>(cards.size()), uuids);
      std::vector<CudaDevice> shown;
      for (const std::string& name : visible.usable) {
        auto index = parse_int(name);
        if (index && static_cast<std::size_t>(*index) < cards.size()) shown.push_back(cards[static_cast<std::size_t>(*index)]);
        else if (auto named = std::ranges::find_if(cards, [&](const CudaDevice& card) { return card.uuid.reveal().starts_with(name); });
                 named != cards.end())
          shown.push_back(*named);
      }
      cards = std::move(shown);
    }
    driver.init = Fact<std::int64_t>::known(cards.empty() ? 100 : 0);
    driver.count = Fact<std::int64_t>::known(static_cast<std::int64_t>(cards.size()));
    driver.devices = Fact<std::vector<CudaDevice>>::known(std::move(cards));
  }
}

void make_nvml_work(Snapshot& snapshot) {
  std::string folder = libcuda_folder(snapshot);
  for (DriverAnswers& driver : snapshot.drivers) {
    auto count = static_cast<std::int64_t>(cards_of(snapshot).size());
    driver.loaded_nvml = Fact<std::string>::known(path::join(folder, "libnvidia-ml.so.1"));
    driver.nvml_init = Fact<std::int64_t>::known(0);
    if (!driver.nvml_count.is_known()) driver.nvml_count = Fact<std::int64_t>::known(count);
  }
  put_drivers_library(snapshot, folder, "libnvidia-ml.so.1", "1");
}

void make_driver_work(Snapshot& snapshot, const std::string& version) {
  auto installed = installed_driver(snapshot);
  std::string wanted = !version.empty() ? version : installed ? installed->version : newest_driver();
  std::string folder = libcuda_folder(snapshot);
  std::vector<CudaDevice> cards = cards_of(snapshot);
  Platform& place = snapshot.platform;
  if (in_container(snapshot)) place.injected_driver = Fact<bool>::known(true);
  if (place.accelerator.is_known()) place.accelerator = Fact<std::string>::known("gpu");
  if (place.slurm_job.is_known() || place.slurm_installed.is(true)) {
    if (!place.slurm_job.is_known()) place.slurm_job = Fact<std::string>::known("1");
    place.slurm_gpus = Fact<std::string>::known(std::to_string(cards.size()));
  }
  load_module(snapshot, wanted);
  open_nodes(snapshot);
  put_drivers_library(snapshot, folder, "libcuda.so.1", wanted);
  if (snapshot.drivers.empty()) snapshot.drivers.emplace_back();
  auto parsed = Version::parse(wanted);
  const facts::DriverBranch* branch = parsed ? facts::find_driver_branch(parsed->major()) : nullptr;
  const Candidate* libcuda = snapshot.libraries.find(path::join(folder, "libcuda.so.1"));
  for (DriverAnswers& driver : snapshot.drivers) {
    if (driver.libcuda.starts_with('/') && driver.libcuda.find("compat") != std::string::npos) continue;
    if (driver.libcuda.empty()) driver.libcuda = "libcuda.so.1";
    driver.loaded_libcuda = Fact<std::string>::known(libcuda ? libcuda->real_path : driver.libcuda);
    driver.end = "finished";
    driver.init = Fact<std::int64_t>::known(0);
    bool newer = branch && (!driver.version.is_known() || *driver.version < branch->cuda);
    if (newer) driver.version = Fact<std::int64_t>::known(branch->cuda);
    driver.devices = Fact<std::vector<CudaDevice>>::known(cards);
    driver.count = Fact<std::int64_t>::known(static_cast<std::int64_t>(cards.size()));
    driver.nvml_count = driver.count;
    driver.nvml_driver_version = Fact<std::string>::known(wanted);
  }
  make_nvml_work(snapshot);
  refresh_cache(snapshot);
  apply_visible_devices(snapshot);
}

void free_cards(Snapshot& snapshot) {
  for (DriverAnswers& driver : snapshot.drivers) {
    if (driver.devices.is_known())
      for (CudaDevice& card : driver.devices.edit()) card.compute_mode = 0;
    if (!driver.nvml_devices.is_known()) continue;
    for (NvmlDevice& card : driver.nvml_devices.edit()) {
      if (card.compute_mode.is_known()) card.compute_mode = Fact<std::int64_t>::known(0);
      if (card.memory_used.is_known()) card.memory_used = Fact<std::uint64_t>::known(0);
      if (card.processes.is_known()) card.processes = Fact<std::vector<NvmlProcess>>::known({});
    }
  }
}

}  // namespace gpuwhy::effects
