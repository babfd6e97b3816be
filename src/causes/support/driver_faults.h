// What the rules about the card, the kernel driver and its device files share. They stand low on the ladder, so they agree here on when
// their question arises at all, which driver is installed, and who owns the card; each rule then proves its own mechanism only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "model/snapshot.h"

namespace gpuwhy {

// Why nothing below the driver's libraries is to be judged here: the driver reaches a GPU, the place hides its hardware, or it is a board
// with a driver of its own. "" = the question arises.
std::string why_kernel_is_not_judged(const Snapshot& snapshot);

// --- the installed driver ---
struct InstalledDriver {
  std::string version;  // "570.124.06", "570" where only a package name tells
  Evidence evidence;
};
// Of the loaded module; else of the module file for the running kernel, the DKMS tree, the packages, or the driver's own libcuda.
std::optional<InstalledDriver> installed_driver(const Snapshot& snapshot);
// "open", "proprietary" or "" when nothing tells; of the loaded module, else of the file that would be loaded.
std::string installed_flavour(const Snapshot& snapshot);
// Packages that bring a kernel module or its source, whatever their distribution calls them; those of libraries and tools are none.
std::vector<const DriverPackage*> kernel_packages(const Snapshot& snapshot);
// The driver's own libcuda, no stub and no copy of a toolkit's compat folder; nullptr when there is none.
const Candidate* find_driver_libcuda(const Snapshot& snapshot);
// A module file, a DKMS entry or a package of the kernel's part of the driver.
bool has_kernel_part(const Snapshot& snapshot);
// nvidia.ko below the folder of the kernel that runs; nullptr when there is none, or its release is not known.
const ModuleFile* find_running_module(const Snapshot& snapshot);

// --- the card and the driver ---
enum class CardFit { fits, too_old, too_new, not_for_open_module, needs_open_module, unknown };
CardFit judge_card(const PciFunction& card, const Snapshot& snapshot);
// Every card of this machine has that fit (there is at least one).
bool all_cards(const Snapshot& snapshot, CardFit fit);
// "nouveau", "vfio-pci", ...: what is bound to every NVIDIA card; "" when one is free, nvidia's, or not known.
std::string rival_driver(const Snapshot& snapshot);
// Does the kernel refuse modules without a trusted signature? Unknown when that cannot be read.
Fact<bool> demands_signature(const Snapshot& snapshot);
// The module that would be loaded was built on this machine (or by hand), so the distribution's key has not signed it.
bool is_built_here(const ModuleFile& module);

// --- device files ---
inline constexpr std::string_view control_node = "/dev/nvidiactl", uvm_node = "/dev/nvidia-uvm";
// The node is there as a character device.
bool has_node(const Snapshot& snapshot, std::string_view path);
// Missing nodes come by themselves at the first use: through a set-uid nvidia-modprobe, or because root asks. In a container nothing makes them.
Fact<bool> nodes_come_by_themselves(const Snapshot& snapshot);
bool is_refused(const DeviceNode& node);  // opening it ended in EACCES or EPERM
// "crw-rw---- root:44"
std::string mode_words(const DeviceNode& node);

// --- words and cures ---
// "0000:01:00.0 NVIDIA GeForce RTX 4070 (driver: nouveau)"
std::string card_line(const PciFunction& card);
Evidence card_evidence(const PciFunction& card);
std::string codes_line(const Snapshot& snapshot);  // "cuInit answers 999, NVML answers 0"; "" when nothing was asked
std::vector<Evidence> code_evidence(const Snapshot& snapshot);
bool is_open_module_better(const Snapshot& snapshot);
// Installs a driver that drives the cards of this machine.
Remedy install_fitting_driver(const Snapshot& snapshot);
// The module for the running kernel, in the way of what is installed (DKMS, akmods, Ubuntu's prebuilt modules, NVIDIA's installer).
Remedy build_module(const Snapshot& snapshot);
Remedy checked(Remedy remedy);  // with `gpuwhy check` as its check

}  // namespace gpuwhy
