#include "causes/support/place_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "causes/support/driver_faults.h"
#include "causes/support/jetson.h"
#include "causes/support/questions.h"
#include "causes/support/remedies.h"

namespace gpuwhy {

namespace {

using remedies::Family;

bool is_number(std::string_view text) { return !text.empty() && text.front() >= '0' && text.front() <= '9'; }

// The digits that an element begins with, as strtol reads them: "1gpu2" is 1.
std::int64_t leading_number(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] >= '0' && text[length] <= '9') ++length;
  return parse_int(text.substr(0, length)).value_or(-1);
}

std::ptrdiff_t count_matches(std::string_view prefix, const std::vector<std::string>& uuids) {
  std::string wanted = to_lower(prefix);
  return std::ranges::count_if(uuids, [&](const std::string& uuid) { return to_lower(uuid).starts_with(wanted); });
}

VisibleFault fault_of_index(std::int64_t index, std::optional<std::int64_t> count) {
  if (!count) return VisibleFault::unknown_cards;
  return index < *count ? VisibleFault::none : VisibleFault::no_such_index;
}

VisibleFault fault_of_uuid(std::string_view uuid, const std::optional<std::vector<std::string>>& uuids) {
  if (!uuids) return VisibleFault::unknown_cards;
  std::ptrdiff_t matches = count_matches(uuid, *uuids);
  return matches == 1 ? VisibleFault::none : matches == 0 ? VisibleFault::no_such_uuid : VisibleFault::ambiguous_uuid;
}

// Words that programs and schedulers write to say "none"; the driver takes each of them for a device that does not exist.
bool says_none(std::string_view element) {
  std::string word = to_lower(element);
  return word.empty() || word.starts_with('-') || word == "nodevfiles" || word == "none" || word == "void";
}

}  // namespace

bool has_card_node(const Snapshot& snapshot) { return !card_nodes(snapshot).empty() || find_node(snapshot, "/dev/dxg"); }

Fact<bool> machine_has_card(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver && driver->nvml_count.is_known() && *driver->nvml_count > 0) return Fact<bool>::known(true, driver->nvml_count.evidence());
  if (has_card_node(snapshot)) return Fact<bool>::known(true, snapshot.device_nodes.nodes.evidence());
  auto cards = nvidia_functions(snapshot);
  if (!cards.empty()) return Fact<bool>::known(true, card_evidence(*cards.front()));
  if (is_jetson(snapshot))
    return Fact<bool>::known(true,
                             snapshot.platform.jetson.is_known() ? snapshot.platform.jetson.evidence() : snapshot.platform.kind.evidence());
  const PciBus& bus = snapshot.pci;
  if (bus.display.is_unknown()) return Fact<bool>::unknown(bus.display.why(), bus.display.detail(), bus.display.evidence());
  bool shown = bus.functions.is_known() && *bus.functions > 0;
  if (!shown || hides_hardware(snapshot))
    return Fact<bool>::unknown(Why::not_probed, "this place does not show its PCI bus", bus.display.evidence());
  return Fact<bool>::known(false, bus.display.evidence());
}

bool is_hosted(const Snapshot& snapshot) {
  for (std::string_view kind : {"colab", "kaggle", "sagemaker", "databricks", "runpod"})
    if (is_platform(snapshot, kind)) return true;
  return false;
}

bool is_slurm_job_without_gpu(const Snapshot& snapshot) {
  if (!snapshot.platform.slurm_job.is_known() || !snapshot.platform.slurm_gpus.is_absent()) return false;
  // Slurm before 20.11 names the cards of a job only in these.
  const std::string* ordinal = snapshot.variable("GPU_DEVICE_ORDINAL");
  const std::string* visible = snapshot.variable("CUDA_VISIBLE_DEVICES");
  return !(ordinal && is_number(*ordinal) && visible && is_number(*visible));
}

bool pod_was_given_gpu(const Snapshot& snapshot) {
  const std::string* value = snapshot.variable("NVIDIA_VISIBLE_DEVICES");
  // Its strategy "volume-mounts" names the folder of its mounts instead.
  return value &&
         (value->starts_with("GPU-") || value->starts_with("MIG-") || is_number(*value) || *value == "/var/run/nvidia-container-devices");
}

Confidence confidence_by_driver(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  if (!driver) return Confidence::likely;
  bool refused = driver->loaded_libcuda.is_absent() || (driver->init.is_known() && *driver->init != 0) || driver->count.is(std::int64_t{0});
  return refused ? Confidence::certain : Confidence::likely;
}

std::string driver_words(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver && driver->loaded_libcuda.is_absent())
    return driver->dlopen_error.empty() ? "libcuda.so.1 cannot be loaded" : driver->dlopen_error;
  std::vector<std::string> parts;
  if (auto code = init_code(snapshot)) parts.push_back(fmt::format("cuInit answers {}", *code));
  if (auto code = nvml_code(snapshot)) parts.push_back(fmt::format("nvmlInit answers {}", *code));
  return join(parts, ", ");
}

std::vector<Evidence> place_evidence(const Snapshot& snapshot) {
  std::vector<Evidence> evidence = {snapshot.platform.kind.evidence()};
  if (snapshot.platform.container.is_known() && snapshot.platform.container.evidence() != evidence.front())
    evidence.push_back(snapshot.platform.container.evidence());
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver && driver->loaded_libcuda.is_absent()) evidence.push_back(driver->loaded_libcuda.evidence());
  if (driver && driver->init.is_known()) evidence.push_back(driver->init.evidence());
  if (driver && driver->nvml_init.is_known()) evidence.push_back(driver->nvml_init.evidence());
  return evidence;
}

bool is_compat_path(std::string_view text) {
  for (std::string_view part : split(text, '/'))
    if (part == "compat" || part == "cuda-compat" || part.starts_with("cuda-compat-")) return true;
  return false;
}

bool is_wsl_path(std::string_view text) { return path::is_inside(text, "/usr/lib/wsl"); }

bool is_drivers_own(const Candidate& file) {
  return file.state == CandidateState::loadable && !file.is_driver_stub && !is_compat_path(file.path) && !is_compat_path(file.real_path);
}

bool is_drivers_own(const Snapshot& snapshot, const std::string& real_path) {
  for (const Candidate& file : snapshot.libraries.candidates)
    if (file.real_path == real_path) return is_drivers_own(file);
  return !is_compat_path(real_path);
}

const Candidate* find_drivers_own(const Snapshot& snapshot, std::string_view soname) {
  for (const Candidate* file : candidates_for(snapshot, soname))
    if (is_drivers_own(*file)) return file;
  return nullptr;
}

const Candidate* find_outside_cache(const Snapshot& snapshot, std::string_view soname) {
  const LoaderSettings& loader = snapshot.loader;
  if (loader.cache.is_unknown() || !loader.cache_folders.is_known()) return nullptr;
  for (const Candidate* file : candidates_for(snapshot, soname)) {
    if (file->state != CandidateState::loadable || file->is_driver_stub) continue;
    auto is_of = [&](const std::string& folder) { return folder == path::parent(file->path) || folder == path::parent(file->real_path); };
    if (std::ranges::none_of(*loader.cache_folders, is_of)) continue;
    auto names = [&](const CacheEntry& entry) {
      return entry.name == soname && (entry.path == file->path || entry.path == file->real_path);
    };
    if (loader.cache.is_absent() || std::ranges::none_of(*loader.cache, names)) return file;
  }
  return nullptr;
}

const Candidate* find_without_link(const Snapshot& snapshot, std::string_view soname) {
  const LoaderSettings& loader = snapshot.loader;
  for (const Candidate& file : snapshot.libraries.candidates) {
    if (file.soname != soname || file.state != CandidateState::loadable || path::filename(file.path) == soname) continue;
    std::string folder(path::parent(file.path));
    bool looked_after = std::ranges::find(loader.default_folders, folder) != loader.default_folders.end();
    if (loader.cache_folders.is_known()) looked_after |= std::ranges::find(*loader.cache_folders, folder) != loader.cache_folders->end();
    if (looked_after && !snapshot.libraries.find(path::join(folder, soname))) return &file;
  }
  return nullptr;
}

std::string version_of_libcuda(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver && driver->loaded_libcuda.is_known())
    return is_compat_path(*driver->loaded_libcuda) ? "" : driver_version_of_file(*driver->loaded_libcuda);
  if (driver && driver->loaded_libcuda.is_absent()) return {};
  const Candidate* file = find_drivers_own(snapshot, "libcuda.so.1");
  return file ? driver_version_of_file(file->real_path) : "";
}

// --- cures ------------------------------------------------------------------------------------------------------------------------------

Remedy leave_folder_of(const Snapshot& snapshot, const Resolution& found) {
  std::string folder(path::parent(found.path));
  if (found.rule == SearchRule::ld_library_path && snapshot.loader.library_path.is_known()) {
    for (std::string_view part : split(*snapshot.loader.library_path, ':'))
      if (!part.empty() && path::normalised(part) == path::normalised(folder)) {
        Remedy remedy = remedies::without_search_folder(snapshot, std::string(part));
        remedy.undo = fmt::format("export LD_LIBRARY_PATH='{}'", *snapshot.loader.library_path);
        return remedy;
      }
  }
  if (found.rule == SearchRule::cache) {
    Remedy remedy;
    remedy.title = fmt::format("take {} out of the loader's configuration", folder);
    remedy.steps = {fmt::format(
        "grep -rl {} /etc/ld.so.conf /etc/ld.so.conf.d names the file: delete the line (or remove the package that owns the file)",
        folder)};
    remedy.commands = {remedies::as_root(snapshot.host, {"ldconfig"})};
    remedy.safety = Safety::ask;
    remedy.undo = "put the line back and run ldconfig again";
    remedy.effects = {{Effect::Kind::remove_path, folder, "", ""}};
    return remedy;
  }
  if (found.rule == SearchRule::default_folder) {
    Remedy remedy = remedies::steps(
        fmt::format("take {} out of the loader's own folder", found.path),
        {fmt::format("move {} away: it is a copy or a link that somebody put there, no file of the driver", found.path), "run ldconfig"},
        Safety::ask, "move the file back and run ldconfig again");
    remedy.effects = {{Effect::Kind::remove_path, found.path, "", ""}, {Effect::Kind::refresh_cache, "", "", ""}};
    return remedy;
  }
  return remedies::steps(
      fmt::format("keep the loader from {}", folder),
      {fmt::format("{} leads there: remove the package that brings {}, or move that file away", words(found.rule), found.path)},
      Safety::ask, "put the file back");
}

Remedy add_to_cache(const Snapshot& snapshot, const std::string& folder, const std::string& name) {
  Remedy remedy;
  remedy.title = fmt::format("tell the loader about {}", folder);
  remedy.commands = {
      remedies::as_root(snapshot.host, {"sh", "-c", fmt::format("echo {} > /etc/ld.so.conf.d/{}.conf && ldconfig", folder, name)})};
  remedy.safety = Safety::ask;
  remedy.undo = fmt::format("sudo rm /etc/ld.so.conf.d/{}.conf && sudo ldconfig", name);
  remedy.effects = {{Effect::Kind::refresh_cache, "", folder, ""}};
  return remedy;
}

Remedy reinstall_driver_libraries(const Snapshot& snapshot, std::string title) {
  auto driver = installed_driver(snapshot);
  auto version = driver ? Version::parse(driver->version) : std::nullopt;
  Remedy remedy;
  remedy.title = std::move(title);
  remedy.safety = Safety::ask;
  Family family = remedies::family_of(snapshot.host);
  Command command;
  if (family == Family::ubuntu && version)
    command = {"apt-get", "install", "-y", "--reinstall", fmt::format("libnvidia-compute-{}", version->major())};
  if (family == Family::debian) command = {"apt-get", "install", "-y", "--reinstall", "libcuda1", "libnvidia-ml1"};
  if (family == Family::arch) command = {"pacman", "-S", "nvidia-utils"};
  if (!command.empty()) {
    remedy.commands = {remedies::as_root(snapshot.host, command)};
    remedy.undo = fmt::format("remove {} with the same tool", command.back());
  } else {
    remedy.steps = {
        "install the package of the driver that brings libcuda.so.1 and libnvidia-ml.so.1, from the same source as its kernel module "
        "(NVIDIA's repository: nvidia-driver-cuda-libs; RPM Fusion: xorg-x11-drv-nvidia-cuda-libs; SUSE: nvidia-compute-G06)",
        "if NVIDIA's installer was used: run the same version of it again"};
    remedy.undo = "remove that package again";
  }
  if (driver) remedy.steps.push_back(fmt::format("its version must be that of the kernel module: {}", driver->version));
  remedy.effects = {remedies::working_driver(driver ? driver->version : "")};
  return remedy;
}

Remedy remove_packages(const Snapshot& snapshot, std::string title, const std::vector<std::string>& names) {
  Remedy remedy;
  remedy.title = std::move(title);
  remedy.safety = Safety::ask;
  Command command;
  switch (remedies::family_of(snapshot.host)) {
    case Family::debian:
    case Family::ubuntu:
      command = {"apt-get", "remove", "--purge", "-y"};
      break;
    case Family::fedora:
      command = {"dnf", "remove", "-y"};
      break;
    case Family::suse:
      command = {"zypper", "remove", "-y"};
      break;
    case Family::arch:
      command = {"pacman", "-Rs", "--noconfirm"};
      break;
    default:
      break;
  }
  if (names.empty() || command.empty()) {
    remedy.steps = {"remove it with the tool that installed it; after NVIDIA's installer that is `sudo nvidia-uninstall`",
                    "run sudo ldconfig"};
  } else {
    command.insert(command.end(), names.begin(), names.end());
    remedy.commands = {remedies::as_root(snapshot.host, command), remedies::as_root(snapshot.host, {"ldconfig"})};
  }
  remedy.undo = names.empty() ? "install it again" : fmt::format("install {} again", join(names, " "));
  return remedy;
}

std::vector<Remedy> match_module_to_libraries(const Snapshot& snapshot, const std::string& library) {
  if (in_container(snapshot) && !snapshot.platform.injected_driver.is(true))
    return {checked(remedies::steps(
        "take the driver's libraries out of the image",
        {"the host puts its own libcuda in at the start (docker run --gpus all): an image must hold none",
         "in the Dockerfile: remove the packages libnvidia-compute-*, nvidia-utils-* or nvidia-driver-*, and build it again"},
        Safety::show_only, "build the former image"))};
  const KernelModule& kernel = snapshot.kernel_module;
  const std::string running = snapshot.host.kernel_release.is_known() ? *snapshot.host.kernel_release : "";
  Remedy reboot = checked(remedies::reboot("reboot, so that the kernel loads the module of the installed driver"));
  const ModuleFile* file = find_running_module(snapshot);
  if (file && file->version.is(library)) return {std::move(reboot)};
  bool any = file && file->version.is_known();
  if (kernel.dkms.is_known()) {
    for (const DkmsState& state : *kernel.dkms) {
      any = true;
      if (state.version != library) continue;
      if (std::ranges::find(state.built, running) != state.built.end()) return {std::move(reboot)};
      reboot.title = "build the module of the installed driver for this kernel, and reboot";
      reboot.commands.insert(
          reboot.commands.begin(),
          remedies::as_root(snapshot.host, {"dkms", "install", fmt::format("{}/{}", state.module, library), "-k", running}));
      return {std::move(reboot)};
    }
  }
  if (any && !library.empty())
    return {checked(remedies::steps("bring the kernel module to the version of the libraries",
                                    {fmt::format("the module on disk is not {} either, so a reboot alone changes nothing", library),
                                     "let the tool that installed the driver install all of it again (its kernel part: nvidia-dkms-*, "
                                     "nvidia-kernel-*, akmod-nvidia, kmod-nvidia)",
                                     "reboot"},
                                    Safety::ask, "install the former version again"))};
  reboot.steps = {
      "without a reboot: stop everything that uses the GPU, then sudo rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia && sudo modprobe "
      "nvidia"};
  return {std::move(reboot)};
}

// --- CUDA_VISIBLE_DEVICES ---------------------------------------------------------------------------------------------------------------

VisibleCards read_visible_cards(std::string_view value, std::optional<std::int64_t> count,
                                const std::optional<std::vector<std::string>>& uuids) {
  VisibleCards cards;
  for (std::string_view part : split(value, ',')) cards.named.emplace_back(trim(part));
  auto end_at = [&](VisibleFault fault, const std::string& element) {
    cards.fault = fault;
    cards.element = element;
  };
  if (says_none(cards.named.front())) {
    end_at(VisibleFault::hides_all, cards.named.front());
    return cards;
  }
  const bool by_uuid = cards.named.front().starts_with("GPU-");
  std::vector<std::int64_t> seen;
  for (const std::string& element : cards.named) {
    if (says_none(element)) break;  // "0,1,-1": ended on purpose
    VisibleFault fault = VisibleFault::none;
    std::int64_t index = is_number(element) ? leading_number(element) : -1;
    if (element.starts_with("MIG-")) fault = VisibleFault::mig;
    else if (by_uuid) fault = element.starts_with("GPU-") ? fault_of_uuid(element, uuids) : VisibleFault::no_device;
    else fault = index < 0 ? VisibleFault::no_device : fault_of_index(index, count);
    bool again = by_uuid ? std::ranges::find(cards.usable, element) != cards.usable.end() : std::ranges::find(seen, index) != seen.end();
    if (again && fault != VisibleFault::mig && fault != VisibleFault::no_device) {
      fault = VisibleFault::repeated;
      cards.usable.clear();
    }
    if (fault != VisibleFault::none) {
      end_at(fault, element);
      return cards;
    }
    seen.push_back(index);
    cards.usable.push_back(element);
  }
  return cards;
}

Fact<std::int64_t> physical_cards(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver && driver->nvml_count.is_known()) return driver->nvml_count;
  auto nodes = card_nodes(snapshot);
  if (!nodes.empty()) return Fact<std::int64_t>::known(static_cast<std::int64_t>(nodes.size()), snapshot.device_nodes.nodes.evidence());
  // The bus of a host shows more than a container or a job was given.
  bool whole = !in_container(snapshot) && !hides_hardware(snapshot) && !snapshot.platform.slurm_job.is_known();
  auto functions = nvidia_functions(snapshot);
  if (whole && !functions.empty())
    return Fact<std::int64_t>::known(static_cast<std::int64_t>(functions.size()), snapshot.pci.display.evidence());
  if (driver && driver->nvml_count.is_unknown()) return driver->nvml_count;
  return Fact<std::int64_t>::unknown(Why::not_probed, "the driver was not asked");
}

Remedy handing_gpu(Remedy remedy) {
  remedy.effects = {remedies::working_driver()};
  return checked(std::move(remedy));
}

Remedy show_cards(const Snapshot& snapshot, const std::vector<std::string>& cards) {
  Remedy remedy = cards.empty() ? remedies::unset_variable("CUDA_VISIBLE_DEVICES", "show every GPU to this process")
                                : remedies::set_variable("CUDA_VISIBLE_DEVICES", join(cards, ","), "name the GPUs that exist");
  const std::string* before = snapshot.variable("CUDA_VISIBLE_DEVICES");
  remedy.undo = fmt::format("export CUDA_VISIBLE_DEVICES='{}'", before ? *before : "");
  if (snapshot.platform.slurm_job.is_known())
    remedy.steps.push_back("in a Slurm job: leave the value that Slurm sets, and delete the line in the job script that overwrites it");
  remedy.steps.push_back(
      "change it where it is set too, or a later shell has it again: ~/.bashrc, the job script, `docker run -e`, the env of the notebook's "
      "kernel.json, an os.environ line before the import");
  return checked(std::move(remedy));
}

}  // namespace gpuwhy
