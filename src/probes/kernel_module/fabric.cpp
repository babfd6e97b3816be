#include "probes/kernel_module/fabric.h"

#include <algorithm>

#include "base/text.h"
#include "formats/procfs/procfs.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

constexpr std::size_t most_processes = 50'000;
constexpr std::string_view manager = "nv-fabricmanage";  // the kernel keeps 15 bytes of a name: "nv-fabricmanager" loses its last

}  // namespace

Fact<bool> find_nvswitch(Machine& machine) {
  auto devices = machine.read("/proc/devices");
  auto majors = devices ? procfs::parse_character_majors(*devices) : std::nullopt;
  if (majors && majors->contains("nvidia-nvswitch")) return Fact<bool>::known(true, evidence_at("/proc/devices", "nvidia-nvswitch"));
  auto nodes = machine.list("/dev");
  if (nodes)
    for (const std::string& name : *nodes)
      if (name.starts_with("nvidia-nvswitch")) return Fact<bool>::known(true, evidence_at("/dev/" + name));
  // The nodes come later than the driver's entry, and a container shows the entry too: the list of drivers decides.
  if (majors) return Fact<bool>::known(false, evidence_at("/proc/devices", "no nvidia-nvswitch"));
  if (devices) return malformed<bool>("/proc/devices", *devices);
  if (!is_missing(devices.error())) return failed<bool>(devices.error(), "/proc/devices");
  return not_probed<bool>("/proc/devices is not shown here", evidence_at("/proc/devices"));
}

Fact<bool> find_fabric_manager(Machine& machine, const std::string& elsewhere) {
  auto names = machine.list("/proc");
  if (!names) return is_missing(names.error()) ? not_probed<bool>("there is no /proc here") : failed<bool>(names.error(), "/proc");
  std::erase_if(*names, [](const std::string& name) { return !is_digits(name); });
  bool all_seen = names->size() <= most_processes;
  for (const std::string& name : *names) {
    if (!all_seen && &name - names->data() >= static_cast<std::ptrdiff_t>(most_processes)) break;
    const std::string path = "/proc/" + name + "/comm";
    auto comm = machine.read(path, 4096);
    if (comm && trim(*comm).starts_with(manager)) return Fact<bool>::known(true, evidence_at(path, *comm));
    if (!comm && !is_missing(comm.error())) all_seen = false;  // one that ended meanwhile is missing
  }
  if (!elsewhere.empty()) return not_probed<bool>(elsewhere);
  // With hidepid only one's own processes are listed, and process 1 is somebody else's.
  bool lists_others = std::ranges::count(*names, "1") > 0;
  if (!all_seen || !lists_others) return Fact<bool>::unknown(Why::denied, "the processes of others are not shown", evidence_at("/proc/"));
  return Fact<bool>::known(false, evidence_at("/proc/", "no process nv-fabricmanager"));
}

}  // namespace gpuwhy::probes
