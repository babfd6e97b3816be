#include "probes/kernel_module/module_state.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "base/version.h"
#include "formats/procfs/procfs.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

const std::string version_path = "/sys/module/nvidia/version", procfs_path = "/proc/driver/nvidia/version";

// What /proc/modules says, where it is shown.
std::optional<bool> is_listed(Machine& machine, const std::string& module) {
  auto text = machine.read("/proc/modules");
  if (!text) return std::nullopt;
  return std::ranges::count(procfs::parse_modules(*text), module) > 0;
}

Fact<procfs::NvidiaVersion> read_procfs_version(Machine& machine) {
  auto text = machine.read(procfs_path, 64 << 10);
  if (!text) return failed<procfs::NvidiaVersion>(text.error(), procfs_path);
  auto version = procfs::parse_nvidia_version(*text);
  return version ? Fact<procfs::NvidiaVersion>::known(*version, evidence_at(procfs_path, *text))
                 : malformed<procfs::NvidiaVersion>(procfs_path, *text);
}

template <class T>
Fact<T> following(const Fact<bool>& loaded) {  // what is not loaded has no version
  if (loaded.is_unknown()) return Fact<T>::unknown(loaded.why(), loaded.detail(), loaded.evidence());
  return Fact<T>::absent(loaded.evidence());
}

}  // namespace

Fact<bool> find_loaded(Machine& machine, const std::string& module) {
  const std::string folder = "/sys/module/" + module;
  auto info = machine.stat(folder);
  if (info) return Fact<bool>::known(true, evidence_at(folder));
  auto listed = is_listed(machine, module);
  if (listed == true) return Fact<bool>::known(true, evidence_at("/proc/modules", module));
  if (!is_missing(info.error())) return failed<bool>(info.error(), folder);
  if (machine.is_folder("/sys/module")) return Fact<bool>::known(false, evidence_at(folder, "not there"));
  if (listed == false) return Fact<bool>::known(false, evidence_at("/proc/modules", "does not name it"));
  return not_probed<bool>("neither /sys/module nor /proc/modules is shown here", evidence_at(folder));
}

Fact<std::string> read_loaded_version(Machine& machine, const Fact<bool>& loaded) {
  if (!loaded.is(true)) return following<std::string>(loaded);
  auto text = machine.read(version_path, 4096);
  if (text) {
    std::string_view version = trim(*text);
    bool whole = version.contains('.') && !version.ends_with('.') && version.find_first_not_of("0123456789.") == std::string_view::npos;
    if (whole && Version::parse(version)) return Fact<std::string>::known(std::string(version), evidence_at(version_path, version));
  }
  auto fallback = read_procfs_version(machine);
  if (fallback.is_known()) return Fact<std::string>::known(fallback->version, fallback.evidence());
  if (text) return malformed<std::string>(version_path, *text);
  if (is_missing(text.error())) return not_probed<std::string>("the module is loaded and says no version here", evidence_at(version_path));
  return failed<std::string>(text.error(), version_path);
}

Fact<std::string> read_loaded_flavour(Machine& machine, const Fact<bool>& loaded) {
  if (!loaded.is(true)) return following<std::string>(loaded);
  auto version = read_procfs_version(machine);
  if (version.is_known()) return Fact<std::string>::known(version->is_open ? "open" : "proprietary", version.evidence());
  // A container may not show the driver's own folder; the taint of a proprietary module is 'P'.
  const std::string taint_path = "/sys/module/nvidia/taint";
  auto taint = machine.read(taint_path, 4096);
  if (taint && !trim(*taint).empty())
    return Fact<std::string>::known(taint->contains('P') ? "proprietary" : "open", evidence_at(taint_path, *taint));
  if (version.is_unknown()) return Fact<std::string>::unknown(version.why(), version.detail(), version.evidence());
  return not_probed<std::string>("the module is loaded and does not say its flavour here", evidence_at(procfs_path));
}

Fact<std::vector<std::string>> find_rivals(Machine& machine) {
  std::vector<std::string> loaded;
  for (const char* name : {"nouveau", "nova_core", "vfio_pci"}) {
    auto fact = find_loaded(machine, name);
    if (fact.is_unknown()) return Fact<std::vector<std::string>>::unknown(fact.why(), fact.detail(), fact.evidence());
    if (fact.is(true)) loaded.push_back(name);
  }
  Evidence evidence = evidence_at("/sys/module/", join(loaded, " "));
  return Fact<std::vector<std::string>>::known(std::move(loaded), std::move(evidence));
}

}  // namespace gpuwhy::probes
