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
// A libcuda that no package accounts for: NVIDIA's own installer brought it (or the package database cannot be read).
bool is_installed_by_hand(const Snapshot& snapshot);
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
// Missing nodes come by themselves at the first use: through a set-uid nvidia-modprobe, or because root asks. In a container nothing makes
// them.
Fact<bool> nodes_come_by_themselves(const Snapshot& snapshot);
bool is_refused(const DeviceNode& node);  // opening it ended in EACCES or EPERM
// "crw-rw---- root:44"
std::string mode_words(const DeviceNode& node);

// --- words and cures ---
// "0000:01:00.0 NVIDIA GeForce RTX 4070 (driver: nouveau)"
std::string card_line(const PciFunction& card);
Evidence card_evidence(const PciFunction& card);
// "AMD", "Intel", "a virtual machine": whose graphics a PCI vendor id (0x1002) means.
std::string graphics_vendor(std::uint32_t vendor);
// One line of proof for people, and what it rests on.
void prove(Finding& finding, std::string line, Evidence evidence);
// A line for each NVIDIA card, at most four.
void prove_cards(const Snapshot& snapshot, Finding& finding);
// "cuInit answers 999, nvmlInit answers 0" and what follows from it; no line when nothing was asked.
void prove_codes(const Snapshot& snapshot, Finding& finding, std::string_view remark = {});
// The newest branch that still drives every card; 0 = the current one does.
int last_branch_for_cards(const Snapshot& snapshot);
bool is_open_module_better(const Snapshot& snapshot);
// Installs a driver that drives the cards of this machine.
Remedy install_fitting_driver(const Snapshot& snapshot);
// The module for the running kernel, in the way of what is installed (DKMS, akmods, Ubuntu's prebuilt modules, NVIDIA's installer).
Remedy build_module(const Snapshot& snapshot);
// Takes the card away from `rival` ("nouveau", "nova_core", "vfio-pci").
Remedy free_card(const Snapshot& snapshot, const std::string& rival);
Remedy trust_module_key(const Snapshot& snapshot);                                 // Secure Boot: enrols the key that signed the module
Remedy install_open_module(const Snapshot& snapshot, const std::string& version);  // the open flavour of the same branch
Remedy start_fabric_manager(const Snapshot& snapshot);
// `blacklists`: the files of modprobe.d that keep the module out.
Remedy load_driver(const Snapshot& snapshot, const std::vector<std::string>& blacklists);
Remedy create_nodes(const Snapshot& snapshot);
Remedy bring_uvm(const Snapshot& snapshot);
// The oldest driver that runs this CUDA (12080): "525.60.13"; "" when no table tells.
std::string lowest_driver(int cuda);
Remedy update_driver(const Snapshot& snapshot, const std::string& lowest);
Remedy allow_nodes(const Snapshot& snapshot, const std::vector<const DeviceNode*>& refused);  // at least one node
Remedy checked(Remedy remedy);                                                                // with `gpuwhy check` as its check

}  // namespace gpuwhy
