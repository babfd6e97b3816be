#include "causes/support/driver_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "causes/support/jetson.h"
#include "causes/support/questions.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

constexpr std::int64_t error_permission = 1, error_access = 13;  // EPERM, EACCES

bool is_installed(const DriverPackage& package) { return package.state != "config-files" && package.state != "not-installed"; }

// Packages of libraries and tools: they do not bring the kernel's part.
bool is_user_space(std::string_view name) {
  constexpr std::array<std::string_view, 9> starts = {"libnvidia",     "libcuda",    "nvidia-utils",  "nvidia-smi",      "nvidia-compute",
                                                      "nvidia-fabric", "nvidia-gl-", "nvidia-video-", "x11-video-nvidia"};
  return std::ranges::any_of(starts, [&](std::string_view start) { return name.starts_with(start); });
}

// "570" out of "nvidia-driver-570-open"; "" when the name holds no branch.
std::string branch_in_name(std::string_view name) {
  for (std::string_view part : split(name, '-'))
    if (part.size() == 3 && is_digits(part)) return std::string(part);
  return {};
}

// "1:570.124.06-0ubuntu1" -> "570.124.06"
std::string upstream_version(std::string_view text) {
  if (std::size_t colon = text.find(':'); colon != std::string_view::npos) text.remove_prefix(colon + 1);
  std::string_view digits = text.substr(0, text.find_first_not_of("0123456789."));
  auto parsed = Version::parse(digits);
  return parsed && parsed->major() >= 300 ? std::string(digits) : "";
}

std::optional<InstalledDriver> driver_of_packages(const Snapshot& snapshot) {
  for (const DriverPackage* package : kernel_packages(snapshot)) {
    std::string version = upstream_version(package->version);
    if (version.empty()) version = branch_in_name(package->name);
    if (!version.empty()) return InstalledDriver{version, {Source::package, package->name, package->version}};
  }
  return std::nullopt;
}

// Generations in the order in which they came; a driver that knows one knows those before it down to its oldest.
int generation(std::string_view architecture) {
  constexpr std::array<std::string_view, 11> order = {"Tesla",  "Fermi",  "Kepler", "Maxwell",      "Pascal",   "Volta",
                                                      "Turing", "Ampere", "Hopper", "Ada Lovelace", "Blackwell"};
  for (std::size_t i = order.size(); i-- > 0;)
    if (architecture.find(order[i]) != std::string_view::npos) return static_cast<int>(i);
  return -1;
}

int branch_of(const std::optional<InstalledDriver>& driver) {
  auto parsed = driver ? Version::parse(driver->version) : std::nullopt;
  return parsed ? parsed->major() : 0;
}

}  // namespace

std::string why_kernel_is_not_judged(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return "the driver reaches a GPU";
  if (hides_hardware(snapshot)) return "this place does not show its hardware and brings its own driver";
  if (is_jetson(snapshot)) return "a Jetson has a driver of its own";
  return {};
}

std::vector<const DriverPackage*> kernel_packages(const Snapshot& snapshot) {
  std::vector<const DriverPackage*> found;
  if (!snapshot.kernel_module.packages.is_known()) return found;
  for (const DriverPackage& package : *snapshot.kernel_module.packages)
    if (is_installed(package) && !is_user_space(package.name)) found.push_back(&package);
  return found;
}

bool is_installed_by_hand(const Snapshot& snapshot) {
  const Fact<std::vector<DriverPackage>>& packages = snapshot.kernel_module.packages;
  return find_driver_libcuda(snapshot) && !(packages.is_known() && !packages->empty());
}

bool has_kernel_part(const Snapshot& snapshot) {
  const KernelModule& module = snapshot.kernel_module;
  bool files = module.files.is_known() && !module.files->empty();
  bool dkms = module.dkms.is_known() && !module.dkms->empty();
  return module.loaded.is(true) || files || dkms || !kernel_packages(snapshot).empty();
}

const ModuleFile* find_running_module(const Snapshot& snapshot) {
  const Fact<std::vector<ModuleFile>>& files = snapshot.kernel_module.files;
  if (!files.is_known() || !snapshot.host.kernel_release.is_known()) return nullptr;
  for (const ModuleFile& file : *files)
    if (file.kernel == *snapshot.host.kernel_release) return &file;
  return nullptr;
}

std::optional<InstalledDriver> installed_driver(const Snapshot& snapshot) {
  const KernelModule& module = snapshot.kernel_module;
  if (module.loaded_version.is_known()) return InstalledDriver{*module.loaded_version, module.loaded_version.evidence()};
  if (module.loaded.is(true)) return std::nullopt;  // what lies on disk may be another one
  const ModuleFile* file = find_running_module(snapshot);
  if (file && file->version.is_known()) return InstalledDriver{*file->version, file->version.evidence()};
  if (module.dkms.is_known())
    for (const DkmsState& state : *module.dkms)
      if (!upstream_version(state.version).empty()) return InstalledDriver{state.version, module.dkms.evidence()};
  if (auto packaged = driver_of_packages(snapshot)) return packaged;
  const Candidate* libcuda = find_driver_libcuda(snapshot);
  std::string version = libcuda ? driver_version_of_file(libcuda->real_path) : "";
  if (version.empty() || in_container(snapshot)) return std::nullopt;
  return InstalledDriver{version, {Source::file, libcuda->real_path, {}}};
}

std::string installed_flavour(const Snapshot& snapshot) {
  const KernelModule& module = snapshot.kernel_module;
  if (module.loaded_flavour.is_known()) return *module.loaded_flavour;
  if (module.loaded.is(true)) return {};
  const ModuleFile* file = find_running_module(snapshot);
  if (file && file->license.is_known())
    return file->license->find("MIT") != std::string::npos || file->license->find("GPL") != std::string::npos ? "open" : "proprietary";
  bool any = false;
  for (const DriverPackage* package : kernel_packages(snapshot)) {
    bool brings_module = package->name.find("dkms") != std::string::npos || package->name.find("modules-nvidia") != std::string::npos ||
                         package->name.find("kmod") != std::string::npos || package->name.find("kmp") != std::string::npos ||
                         package->name == "nvidia-open";
    if (!brings_module) continue;
    if (package->name.find("open") != std::string::npos) return "open";
    any = true;
  }
  // The names of Red Hat's and SUSE's packages do not always tell; those of Debian, Ubuntu and Arch do.
  return any && snapshot.kernel_module.packages.evidence().locator.find("dpkg") != std::string::npos ? "proprietary" : "";
}

CardFit judge_card(const PciFunction& card, const Snapshot& snapshot) {
  const facts::PciDevice* device = facts::find_pci_device(static_cast<std::uint16_t>(card.device));
  int branch = branch_of(installed_driver(snapshot));
  if (!device || branch == 0) return CardFit::unknown;
  auto last = parse_int(device->last_driver_branch);
  if (last && branch > *last) return CardFit::too_old;
  const facts::DriverBranch* known = facts::find_driver_branch(branch);
  int newest = known ? generation(known->newest_gpu) : -1, of_card = generation(device->architecture);
  if (newest >= 0 && of_card > newest) return CardFit::too_new;
  std::string flavour = installed_flavour(snapshot);
  if (device->kernel_modules == "proprietary-only" && flavour == "open") return CardFit::not_for_open_module;
  if (device->kernel_modules == "open-only" && flavour == "proprietary") return CardFit::needs_open_module;
  if (device->kernel_modules.empty() || flavour.empty()) return CardFit::unknown;
  return CardFit::fits;
}

bool all_cards(const Snapshot& snapshot, CardFit fit) {
  std::vector<const PciFunction*> cards = nvidia_functions(snapshot);
  return !cards.empty() && std::ranges::all_of(cards, [&](const PciFunction* card) { return judge_card(*card, snapshot) == fit; });
}

std::string rival_driver(const Snapshot& snapshot) {
  std::string rival;
  for (const PciFunction* card : nvidia_functions(snapshot)) {
    if (!card->driver.is_known() || *card->driver == "nvidia") return {};
    rival = *card->driver;
  }
  return rival;
}

Fact<bool> demands_signature(const Snapshot& snapshot) {
  const KernelModule& module = snapshot.kernel_module;
  if (module.signature_enforced.is(true)) return Fact<bool>::known(true, module.signature_enforced.evidence());
  if (module.lockdown.is_known() && *module.lockdown != "none") return Fact<bool>::known(true, module.lockdown.evidence());
  if (module.lockdown.is_unknown()) {
    // Every distribution's kernel locks itself down under Secure Boot; without Secure Boot none does.
    if (module.secure_boot.is(true)) return Fact<bool>::known(true, module.secure_boot.evidence());
    if (module.secure_boot.is_unknown())
      return Fact<bool>::unknown(module.secure_boot.why(), module.secure_boot.detail(), module.secure_boot.evidence());
  }
  if (module.signature_enforced.is_unknown())
    return Fact<bool>::unknown(module.signature_enforced.why(), module.signature_enforced.detail(), module.signature_enforced.evidence());
  return Fact<bool>::known(false, module.lockdown.is_known() ? module.lockdown.evidence() : module.secure_boot.evidence());
}

bool is_built_here(const ModuleFile& module) {
  // Ubuntu's prebuilt modules (/lib/modules/KERNEL/kernel/nvidia-570/) carry its own signature.
  return module.path.find("/kernel/nvidia-") == std::string::npos;
}

bool has_node(const Snapshot& snapshot, std::string_view wanted) {
  const DeviceNode* node = find_node(snapshot, wanted);
  return node && node->kind == "character device";
}

Fact<bool> nodes_come_by_themselves(const Snapshot& snapshot) {
  if (in_container(snapshot)) return Fact<bool>::known(false, snapshot.platform.container.evidence());
  if (snapshot.host.uid.is(0u)) return Fact<bool>::known(true, snapshot.host.uid.evidence());
  return snapshot.device_nodes.modprobe_setuid;
}

bool is_refused(const DeviceNode& node) { return node.open_error.is(error_permission) || node.open_error.is(error_access); }

std::string mode_words(const DeviceNode& node) {
  std::string text = node.kind == "character device" ? "c" : "-";
  for (int bit = 8; bit >= 0; --bit) text += node.mode >> bit & 1 ? "xwr"[bit % 3] : '-';
  auto owner = [](std::uint32_t id) { return id == 0 ? std::string("root") : std::to_string(id); };
  return fmt::format("{} {}:{}", text, owner(node.uid), owner(node.gid));
}

std::string card_line(const PciFunction& card) {
  std::string driver = card.driver.is_known() ? *card.driver : card.driver.is_absent() ? "none" : "not known";
  return fmt::format("{} {} (kernel driver in use: {})", card.address, card_title(card), driver);
}

Evidence card_evidence(const PciFunction& card) {
  return {Source::sysfs, fmt::format("/sys/bus/pci/devices/{}", card.address), fmt::format("{:04x}:{:04x}", card.vendor, card.device)};
}

void prove(Finding& finding, std::string line, Evidence evidence) {
  finding.details.push_back(std::move(line));
  finding.because.push_back(std::move(evidence));
}

void prove_cards(const Snapshot& snapshot, Finding& finding) {
  constexpr std::size_t shown = 4;
  std::vector<const PciFunction*> cards = nvidia_functions(snapshot);
  for (std::size_t i = 0; i < cards.size() && i < shown; ++i) prove(finding, card_line(*cards[i]), card_evidence(*cards[i]));
  if (cards.size() > shown) finding.details.push_back(fmt::format("and {} more cards", cards.size() - shown));
}

void prove_codes(const Snapshot& snapshot, Finding& finding, std::string_view remark) {
  std::vector<std::string> parts;
  if (auto code = init_code(snapshot)) parts.push_back(fmt::format("cuInit answers {}", *code));
  if (auto code = nvml_code(snapshot)) parts.push_back(fmt::format("nvmlInit answers {}", *code));
  if (parts.empty()) return;
  finding.details.push_back(join(parts, ", ") + std::string(remark));
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver->init.is_known()) finding.because.push_back(driver->init.evidence());
  if (driver->nvml_init.is_known()) finding.because.push_back(driver->nvml_init.evidence());
}

std::string graphics_vendor(std::uint32_t vendor) {
  switch (vendor) {
    case 0x1002:
      return "AMD";
    case 0x8086:
      return "Intel";
    case 0x1a03:
    case 0x102b:
      return "the board's remote console";
    case 0x1013:
    case 0x1234:
    case 0x1af4:
    case 0x1b36:
      return "a virtual machine (QEMU)";
    case 0x15ad:
    case 0x80ee:
    case 0x1414:
    case 0x1d0f:
      return "a virtual machine";
    default:
      return fmt::format("vendor {:04x}", vendor);
  }
}

}  // namespace gpuwhy
