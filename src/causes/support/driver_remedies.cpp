// The cures of driver_faults.h.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/version.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"
#include "causes/support/questions.h"
#include "causes/support/remedies.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

using remedies::Family;

Remedy install_legacy_driver(const Snapshot& snapshot, int branch) {
  std::string title = fmt::format("install the driver branch {}, the last one for this card", branch);
  const facts::DriverBranch* known = facts::find_driver_branch(branch);
  std::string limit = known
                          ? fmt::format("branch {} supports CUDA up to {}.{}: take a framework build for that CUDA or an older one", branch,
                                        known->cuda / 1000, known->cuda % 1000 / 10)
                          : fmt::format("branch {} is too old for any framework build of today: plan for the CPU or another card", branch);
  remedies::SystemPackages packages;
  packages.ubuntu = {fmt::format("nvidia-driver-{}", branch)};
  if (branch == 470) packages.debian = {"nvidia-tesla-470-driver"};
  if (branch == 390) packages.debian = {"nvidia-legacy-390xx-driver"};
  bool has_package = (remedies::family_of(snapshot.host) == Family::ubuntu && branch >= 470) ||
                     (remedies::family_of(snapshot.host) == Family::debian && !packages.debian.empty());
  if (has_package) {
    Remedy remedy = remedies::install_system(snapshot.host, title, packages);
    remedy.steps.push_back("reboot, so that its kernel module is loaded");
    remedy.steps.push_back(limit);
    return remedy;
  }
  return remedies::steps(
      title,
      {"remove the installed NVIDIA driver with the tool that installed it",
       fmt::format("install branch {} from the distribution's legacy packages, or from NVIDIA's archive of Unix drivers", branch), "reboot",
       limit},
      Safety::ask, "install the former driver again");
}

// The oldest long-term branch that is new enough and still maintained; 0 when no table names one.
int supported_branch(const std::string& lowest) {
  auto needed = Version::parse(lowest);
  if (!needed) return 0;
  int best = 0;
  for (const facts::DriverBranch& branch : facts::driver_branches()) {
    bool maintained = branch.kind.find("LTS") != std::string_view::npos && branch.eol.starts_with("20") && branch.eol > facts::as_of();
    if (maintained && branch.branch >= needed->major() && (best == 0 || branch.branch < best)) best = branch.branch;
  }
  return best;
}

std::string headers_package(const Snapshot& snapshot) {
  const std::string& kernel = *snapshot.host.kernel_release;
  switch (remedies::family_of(snapshot.host)) {
    case Family::debian:
    case Family::ubuntu:
      return fmt::format("linux-headers-{}", kernel);
    case Family::fedora:
      return fmt::format("kernel-devel-{}", kernel);
    case Family::suse:
      return "kernel-default-devel";
    case Family::arch:
      break;
    default:
      return {};
  }
  for (std::string_view flavour : {"lts", "zen", "hardened"})
    if (kernel.ends_with(fmt::format("-{}", flavour))) return fmt::format("linux-{}-headers", flavour);
  return "linux-headers";
}

void install_headers(const Snapshot& snapshot, Remedy& remedy) {
  std::string package = headers_package(snapshot);
  if (!snapshot.kernel_module.headers_present.is(false)) return;
  if (package.empty()) {
    remedy.steps.push_back(fmt::format("install the headers of the kernel {} first", *snapshot.host.kernel_release));
    return;
  }
  Remedy headers = remedies::install_system(snapshot.host, "headers", {{package}, {package}, {package}, {package}, {package}});
  remedy.commands.insert(remedy.commands.end(), headers.commands.begin(), headers.commands.end());
}

bool has_package_with(const Snapshot& snapshot, std::string_view part) {
  return std::ranges::any_of(kernel_packages(snapshot),
                             [&](const DriverPackage* package) { return package->name.find(part) != std::string::npos; });
}

// "linux-modules-nvidia-570-" of "linux-modules-nvidia-570-6.8.0-41-generic" and "linux-modules-nvidia-570-generic"; "" without one.
std::string prebuilt_package(const Snapshot& snapshot) {
  constexpr std::string_view start = "linux-modules-nvidia-";
  for (const DriverPackage* package : kernel_packages(snapshot)) {
    if (!package->name.starts_with(start)) continue;
    std::string rest = package->name.substr(start.size());
    std::string branch = rest.substr(0, rest.find('-'));
    std::string flavour = rest.starts_with(branch + "-open") ? "-open" : rest.starts_with(branch + "-server") ? "-server" : "";
    return fmt::format("{}{}{}-{}", start, branch, flavour, *snapshot.host.kernel_release);
  }
  return {};
}

}  // namespace

Remedy checked(Remedy remedy) {
  if (remedy.check.empty()) remedy.check = {"gpuwhy", "check"};
  return remedy;
}

int last_branch_for_cards(const Snapshot& snapshot) {
  std::int64_t last = 0;
  for (const PciFunction* card : nvidia_functions(snapshot)) {
    const facts::PciDevice* device = facts::find_pci_device(static_cast<std::uint16_t>(card->device));
    auto branch = device ? parse_int(device->last_driver_branch) : std::nullopt;
    if (branch && (last == 0 || *branch < last)) last = *branch;
  }
  return static_cast<int>(last);
}

bool is_open_module_better(const Snapshot& snapshot) {
  std::vector<const PciFunction*> cards = nvidia_functions(snapshot);
  return !cards.empty() && std::ranges::all_of(cards, [](const PciFunction* card) {
    const facts::PciDevice* device = facts::find_pci_device(static_cast<std::uint16_t>(card->device));
    return device && device->kernel_modules.starts_with("open");
  });
}

Remedy install_fitting_driver(const Snapshot& snapshot) {
  int last = last_branch_for_cards(snapshot);
  // The plain packages hold the current branch, or one that still knows Maxwell to Volta.
  bool plain = last == 0 || (last == 580 && remedies::family_of(snapshot.host) == Family::debian);
  Remedy remedy = plain ? remedies::install_driver(snapshot.host, is_open_module_better(snapshot)) : install_legacy_driver(snapshot, last);
  bool tells_reboot = std::ranges::any_of(remedy.steps, [](const std::string& step) { return step.find("reboot") != std::string::npos; });
  if (!tells_reboot) remedy.steps.push_back("reboot, so that the new kernel module is loaded");
  remedy.effects = {remedies::working_driver(last == 0 ? "" : std::to_string(last))};
  return checked(std::move(remedy));
}

Remedy build_module(const Snapshot& snapshot) {
  const std::string& kernel = *snapshot.host.kernel_release;
  const Fact<std::vector<DkmsState>>& dkms = snapshot.kernel_module.dkms;
  Remedy remedy;
  remedy.title = fmt::format("build the NVIDIA module for the running kernel {}", kernel);
  remedy.safety = Safety::ask;
  std::string prebuilt = prebuilt_package(snapshot);
  if (dkms.is_known() && !dkms->empty()) {
    install_headers(snapshot, remedy);
    remedy.commands.push_back(remedies::as_root(
        snapshot.host, {"dkms", "install", fmt::format("{}/{}", dkms->front().module, dkms->front().version), "-k", kernel}));
    remedy.undo = fmt::format("sudo dkms uninstall {}/{} -k {}", dkms->front().module, dkms->front().version, kernel);
    remedy.steps.push_back(
        fmt::format("if the build fails, /var/lib/dkms/{}/{}/build/make.log says why; a kernel newer than the driver needs a newer driver",
                    dkms->front().module, dkms->front().version));
  } else if (!prebuilt.empty()) {
    remedy = remedies::install_system(snapshot.host, fmt::format("install Ubuntu's prebuilt module for the running kernel {}", kernel),
                                      {{}, {prebuilt}, {}, {}, {}});
  } else if (has_package_with(snapshot, "akmod")) {
    install_headers(snapshot, remedy);
    remedy.commands.push_back(remedies::as_root(snapshot.host, {"akmods", "--force", "--kernels", kernel}));
    remedy.undo = "none needed";
  } else {
    remedy.title = fmt::format("install a driver that brings a module for the running kernel {}", kernel);
    remedy.steps = {"if the driver came from the distribution: update it and the kernel together, then reboot into that kernel",
                    "if it came from NVIDIA's installer: run the installer again with --dkms, so that it is built for later kernels too"};
    install_headers(snapshot, remedy);
    return checked(std::move(remedy));
  }
  remedy.commands.push_back(remedies::as_root(snapshot.host, {"modprobe", "nvidia"}));
  remedy.effects = {remedies::working_driver()};
  return checked(std::move(remedy));
}

Remedy load_driver(const Snapshot& snapshot, const std::vector<std::string>& blacklists) {
  if (in_container(snapshot))
    return handing_gpu(
        remedies::steps("on the host, outside of this container",
                        {"load the driver: sudo modprobe nvidia", "if that fails, install the driver there; gpuwhy on the host says which",
                         "start the container again with the GPU handed in"}));
  Remedy remedy = remedies::load_modules("load the NVIDIA kernel module", {"nvidia", "nvidia_uvm"});
  for (const std::string& file : blacklists)
    remedy.steps.push_back(fmt::format("take the entry that blocks nvidia out of {}, so that it is loaded at the next boot{}", file,
                                       file.ends_with("blacklist-nvidia.conf") ? " (on Ubuntu laptops: sudo prime-select on-demand)" : ""));
  remedy.steps.push_back("if modprobe refuses, `sudo dmesg | grep -i nvrm` names the reason");
  return checked(std::move(remedy));
}

// floor tells.
std::string lowest_driver(int cuda) {
  const facts::ToolkitMinimum* row = facts::find_toolkit_minimum(cuda);
  if (!row) return {};
  auto native = Version::parse(row->native_min), family = Version::parse(row->family_min);
  if (native && family) return *native < *family ? native->text() : family->text();
  return native ? native->text() : family ? family->text() : "";
}

// The oldest driver that runs this CUDA. In 11.0 the family's floor is newer than the release's own; where only a branch is documented, the
Remedy update_driver(const Snapshot& snapshot, const std::string& lowest) {
  std::string title = fmt::format("update the NVIDIA driver to {} or newer", lowest);
  const Effect updated = remedies::working_driver(lowest);
  if (in_wsl(snapshot) || in_container(snapshot)) {
    Remedy outside =
        in_wsl(snapshot)
            ? remedies::steps(title,
                              {"install the current NVIDIA driver in Windows, not in this Linux", "then run in Windows: wsl --shutdown"},
                              Safety::ask, "install the former driver in Windows")
            : remedies::steps(title, {"on the host: the driver in a container is always the host's"}, Safety::ask,
                              "install the former driver on the host");
    outside.effects = {updated};
    return outside;
  }
  int branch = remedies::family_of(snapshot.host) == Family::ubuntu ? supported_branch(lowest) : 0;
  if (branch != 0) {
    // The tool of Ubuntu may be content with the driver that is installed, so the branch is named.
    std::string name = fmt::format("nvidia-driver-{}{}", branch, is_open_module_better(snapshot) ? "-open" : "");
    Remedy remedy = remedies::install_system(snapshot.host, title, {{}, {name}, {}, {}, {}});
    remedy.steps.push_back("reboot, so that its kernel module is loaded");
    remedy.effects = {updated};
    return checked(std::move(remedy));
  }
  Remedy remedy = install_fitting_driver(snapshot);
  remedy.title = title;
  remedy.effects = {updated};
  return remedy;
}

}  // namespace gpuwhy
