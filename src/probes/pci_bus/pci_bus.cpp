#include "probes/pci_bus/pci_bus.h"

#include <optional>

#include "base/path.h"
#include "formats/pci/pci.h"
#include "probes/host/access.h"

namespace gpuwhy {
namespace {

using namespace probes;

constexpr std::string_view devices_folder = "/sys/bus/pci/devices";
constexpr std::uint32_t nvidia = 0x10de;
constexpr std::string_view empty_bus = "the bus is empty: hidden by a sandbox or a hypervisor";
constexpr std::string_view no_bus = "no /sys/bus/pci/devices here: the bus is not shown";

Fact<std::uint32_t> read_hex_id(Machine& machine, const std::string& path) {
  auto text = machine.read(path, 4096);
  if (!text) return failed<std::uint32_t>(text.error(), path);
  auto value = pci::parse_hex_id(*text);
  return value ? Fact<std::uint32_t>::known(*value, evidence_at(path, *text)) : malformed<std::uint32_t>(path, *text);
}

Fact<std::string> read_driver(Machine& machine, const std::string& folder) {
  const std::string path = folder + "/driver";
  auto target = machine.read_link(path);
  if (!target) return failed<std::string>(target.error(), path);
  std::string name(path::filename(*target));
  return name.empty() ? malformed<std::string>(path, *target) : Fact<std::string>::known(name, evidence_at(path, *target));
}

Fact<std::vector<PciBar>> read_bars(Machine& machine, const std::string& folder, bool is_nvidia_gpu) {
  const std::string path = folder + "/resource";
  auto text = machine.read(path, 64 << 10);
  if (!text) return failed<std::vector<PciBar>>(text.error(), path);
  auto resources = pci::parse_resources(*text);
  if (!resources) return malformed<std::vector<PciBar>>(path, *text);
  std::vector<PciBar> bars;
  for (const pci::Bar& bar : pci::used_bars(*resources, is_nvidia_gpu)) bars.push_back({bar.index, bar.size});
  return Fact<std::vector<PciBar>>::known(std::move(bars), evidence_at(path, std::string_view(*text).substr(0, 170)));
}

Fact<std::int64_t> read_numa_node(Machine& machine, const std::string& folder) {
  const std::string path = folder + "/numa_node";
  auto text = machine.read(path, 4096);
  if (!text) return failed<std::int64_t>(text.error(), path);
  auto node = parse_int(trim(*text));
  return node ? Fact<std::int64_t>::known(*node, evidence_at(path, *text)) : malformed<std::int64_t>(path, *text);
}

// The kernel would wake a sleeping card for this read, so one that sleeps is left alone. A card that is gone answers every read with ones.
Fact<bool> read_answers(Machine& machine, const std::string& folder) {
  auto power = machine.read(folder + "/power/runtime_status", 4096);
  const std::string path = folder + "/config";
  if (power && trim(*power) == "suspended") return not_probed<bool>("the card sleeps and was not woken", evidence_at(path));
  auto file = machine.open(path);
  if (!file) return failed<bool>(file.error(), path);
  constexpr std::size_t header = 64;  // bytes; what every user may read
  auto bytes = (*file)->read_at(0, header);
  if (!bytes) return failed<bool>(bytes.error(), path);
  constexpr std::size_t vendor_and_device = 4;
  if (bytes->size() < vendor_and_device) return malformed<bool>(path, "");
  bool silent = bytes->find_first_not_of('\xff') == std::string::npos;
  return Fact<bool>::known(!silent, evidence_at(path, silent ? "all bytes are ff" : ""));
}

// What one folder of the bus turned out to be.
struct Looked {
  std::optional<PciFunction> display;
  std::optional<Fact<std::uint32_t>> doubt;  // the read that failed: it may be a graphics card
  bool vanished = false;                     // unplugged between the listing and the look
};

Looked look_at(Machine& machine, const std::string& address) {
  const std::string folder = std::string(devices_folder) + "/" + address;
  auto class_code = read_hex_id(machine, folder + "/class");
  if (class_code.is_known() && *class_code >> 16 != 0x03) return {};
  auto vendor = read_hex_id(machine, folder + "/vendor");
  auto device = read_hex_id(machine, folder + "/device");
  if (class_code.is_absent() && vendor.is_absent()) return {.vanished = true};
  // Of a function whose class is not known, only another vendor's name says that it is no card of NVIDIA.
  if (!class_code.is_known() && vendor.is_known() && *vendor != nvidia) return {};
  for (const auto* fact : {&class_code, &vendor, &device}) {
    if (fact->is_known()) continue;
    std::string why = fact->is_unknown() ? fact->detail() : fact->evidence().locator + " is missing";
    return {.doubt = Fact<std::uint32_t>::unknown(fact->is_unknown() ? fact->why() : Why::malformed, why, fact->evidence())};
  }
  PciFunction function;
  function.address = address;
  function.class_code = *class_code;
  function.vendor = *vendor;
  function.device = *device;
  auto subsystem = [&](const char* name) {
    auto id = read_hex_id(machine, folder + name);
    return id.is_known() ? *id : 0;  // only shown to the reader, 0 is printed as "not known"
  };
  function.subsystem_vendor = subsystem("/subsystem_vendor");
  function.subsystem_device = subsystem("/subsystem_device");
  function.driver = read_driver(machine, folder);
  function.bars = read_bars(machine, folder, function.vendor == nvidia);
  function.numa_node = read_numa_node(machine, folder);
  if (function.vendor == nvidia) function.answers = read_answers(machine, folder);
  return {.display = std::move(function)};
}

void leave_unknown(PciBus& bus, Why why, const std::string& detail) {
  const Evidence evidence = evidence_at(std::string(devices_folder));
  bus.display = Fact<std::vector<PciFunction>>::unknown(why, detail, evidence);
  bus.functions = Fact<std::int64_t>::unknown(why, detail, evidence);
}

// The list stands when it holds a card of NVIDIA or when nothing is in doubt; otherwise "no card" would be a guess.
void judge_list(Snapshot& snapshot, std::vector<PciFunction> display, const std::optional<Fact<std::uint32_t>>& doubt,
                std::int64_t functions) {
  const Evidence evidence = evidence_at(std::string(devices_folder), std::to_string(functions) + " functions");
  bool has_nvidia = false;
  for (const PciFunction& function : display) has_nvidia = has_nvidia || function.vendor == nvidia;
  if (doubt) note_unread(snapshot, "a function on the PCI bus", doubt->why(), doubt->detail());
  snapshot.pci.display = doubt && !has_nvidia ? Fact<std::vector<PciFunction>>::unknown(doubt->why(), doubt->detail(), doubt->evidence())
                                              : Fact<std::vector<PciFunction>>::known(std::move(display), evidence);
}

}  // namespace

void probe_pci_bus(Machine& machine, Snapshot& snapshot) {
  PciBus& bus = snapshot.pci;
  if (machine.basis() == Machine::Basis::root_folder) return leave_unknown(bus, Why::not_probed, std::string(no_running_kernel));
  auto names = machine.list(std::string(devices_folder));
  if (!names) {
    if (is_missing(names.error())) return leave_unknown(bus, Why::not_probed, std::string(no_bus));
    leave_unknown(bus, why_of(names.error().problem), std::string(devices_folder) + ": " + printable(names.error().detail));
    return note_if_unread(snapshot, "the PCI bus", bus.functions);
  }
  std::vector<PciFunction> display;
  std::optional<Fact<std::uint32_t>> doubt;
  std::int64_t functions = 0;
  for (const std::string& name : *names) {
    if (!pci::is_address(name)) continue;
    Looked looked = look_at(machine, name);
    if (!looked.vanished) ++functions;
    if (looked.display) display.push_back(std::move(*looked.display));
    if (looked.doubt && !doubt) doubt = looked.doubt;
  }
  bus.functions = Fact<std::int64_t>::known(functions, evidence_at(std::string(devices_folder), std::to_string(functions) + " functions"));
  if (functions == 0) bus.display = not_probed<std::vector<PciFunction>>(empty_bus, evidence_at(std::string(devices_folder)));
  else judge_list(snapshot, std::move(display), doubt, functions);
}

}  // namespace gpuwhy
