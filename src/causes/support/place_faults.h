// What the rules about the place, the driver's libraries and the visible cards share: was a GPU handed to this process, whose libcuda is
// it, and what does CUDA_VISIBLE_DEVICES name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "model/resolution.h"
#include "model/snapshot.h"

namespace gpuwhy {

// --- the place ---
// A card's device file is here: /dev/nvidia0, or /dev/dxg in WSL.
bool has_card_node(const Snapshot& snapshot);
// Does this machine have an NVIDIA card at all? Unknown where the bus is hidden and nothing else tells.
Fact<bool> machine_has_card(const Snapshot& snapshot);
// Rented or hosted machines, whose owner decides on the GPU before anything of ours starts.
bool is_hosted(const Snapshot& snapshot);
// Slurm runs this process, and gave it no GPU.
bool is_slurm_job_without_gpu(const Snapshot& snapshot);
// The device plugin of Kubernetes names the cards that it gave in NVIDIA_VISIBLE_DEVICES.
bool pod_was_given_gpu(const Snapshot& snapshot);
// `certain` when the driver was asked and did not answer for a GPU, else `likely`.
Confidence confidence_by_driver(const Snapshot& snapshot);
// What the platform was told by, and the answers of the driver.
std::vector<Evidence> place_evidence(const Snapshot& snapshot);
// "cuInit answers 100", "libcuda.so.1 cannot be loaded", "" when nobody asked.
std::string driver_words(const Snapshot& snapshot);

// --- the driver's own libraries ---
// Forward compatibility copies: /usr/local/cuda-12.8/compat/libcuda.so.1, and conda's cuda-compat.
bool is_compat_path(std::string_view path);
bool is_wsl_path(std::string_view path);
// Loadable, no stub, no compat copy.
bool is_drivers_own(const Candidate& file);
// The same for a file by its real path, which the table may not hold.
bool is_drivers_own(const Snapshot& snapshot, const std::string& real_path);
// The first such file for that soname in the whole table, searched or not; nullptr when there is none.
const Candidate* find_drivers_own(const Snapshot& snapshot, std::string_view soname);
// A loadable file in a folder that /etc/ld.so.conf names, which the cache does not list; nullptr when there is none or the cache is
// unknown.
const Candidate* find_outside_cache(const Snapshot& snapshot, std::string_view soname);
// A loadable file that bears this soname inside and another name outside (libcuda.so.570.124.06), in a folder that ldconfig looks after,
// with no file of that soname beside it: the link that ldconfig makes is missing. nullptr when there is none.
const Candidate* find_without_link(const Snapshot& snapshot, std::string_view soname);
// "570.124.06" of a libcuda that is the driver's own; "" when its name does not tell.
std::string version_of_libcuda(const Snapshot& snapshot);

// --- cures ---
// Takes the folder of a found library out of the way in which the loader came to it.
Remedy leave_folder_of(const Snapshot& snapshot, const Resolution& found);
// Makes one folder known to the loader for everybody: a file in /etc/ld.so.conf.d and a new cache.
Remedy add_to_cache(const Snapshot& snapshot, const std::string& folder, const std::string& name);
// The driver's user-space libraries again, of the installed branch.
Remedy reinstall_driver_libraries(const Snapshot& snapshot, std::string title);
// Brings kernel module and libraries to one version; `library` is that of the libraries, "" when it is not known.
std::vector<Remedy> match_module_to_libraries(const Snapshot& snapshot, const std::string& library);
// Removes packages with the distribution's tool.
Remedy remove_packages(const Snapshot& snapshot, std::string title, const std::vector<std::string>& names);

// --- CUDA_VISIBLE_DEVICES ---
enum class VisibleFault { none, hides_all, no_such_index, no_such_uuid, ambiguous_uuid, no_device, repeated, mig, unknown_cards };
struct VisibleCards {
  VisibleFault fault = VisibleFault::none;
  std::string element;              // the one at fault
  std::vector<std::string> usable;  // those before it, which the driver shows
  std::vector<std::string> named;   // all of the list
};
// As the driver reads the list: it ends at the first element that names nothing; a repeated one hides all (CUDA Programming Guide,
// environment variables). `count` and `uuids` are those of the physical cards, nothing where they are not known.
VisibleCards read_visible_cards(std::string_view value, std::optional<std::int64_t> count,
                                const std::optional<std::vector<std::string>>& uuids);
// How many physical cards this process could be shown: NVML's answer, else the device files, else the bus.
Fact<std::int64_t> physical_cards(const Snapshot& snapshot);
// Makes of a remedy one after which this process has a GPU and a driver that answers.
Remedy handing_gpu(Remedy remedy);
// Names these cards in the variable, or unsets it when none is given; says where else it may be set.
Remedy show_cards(const Snapshot& snapshot, const std::vector<std::string>& cards);

}  // namespace gpuwhy
