#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "evidence/readers/kernel_words.h"
#include "evidence/readers/readers.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// --- the running kernel ---

void read_running_kernel(std::span<const Line> lines, std::size_t at, Clues& clues) {
  std::string_view text = readable(lines[at]);
  std::string release;
  // "Linux host 5.4.0-77-generic #86-Ubuntu SMP ...": uname -a
  if (std::size_t linux_at = text.find("Linux "); linux_at != std::string_view::npos && text.contains(" #") && text.contains("SMP")) {
    std::vector<std::string_view> words = split(text.substr(linux_at), ' ');
    if (words.size() > 2) release = kernel_release(words[2]);
    if (release.empty() && words.size() > 1) release = kernel_release(words[1]);  // uname -srv
  }
  for (std::string_view label :
       {"Linux version ", "Kernel Version: ", "Kernel Version:", "KernelVersion: ", "Kernel: Linux ", "Kernel: "}) {
    std::size_t found = release.empty() ? text.find(label) : std::string_view::npos;
    if (found != std::string_view::npos) release = kernel_release(trim(text.substr(found + label.size())));
  }
  if (!release.empty()) clues.add("kernel", release, at);
  if (typed(text, "uname -r").empty() || at + 1 >= lines.size()) return;
  std::string printed = kernel_release(trim(readable(lines[at + 1])));
  if (!printed.empty()) clues.add("kernel", printed, at + 1);
}

// --- modules that are built, loaded or not ---

// "/lib/modules/3.13.0-88-generic/kernel/drivers/video/nvidia.ko", also "nvidia.ko.xz", "nvidia-current.ko"
void read_module_file(std::string_view text, std::size_t at, Clues& clues) {
  constexpr std::string_view folder = "/lib/modules/";
  std::size_t found = text.find(folder);
  if (found == std::string_view::npos || !text.contains(".ko")) return;
  std::string release = kernel_release(text.substr(found + folder.size()));
  std::size_t end = text.find(".ko", found);
  std::size_t slash = end == std::string_view::npos ? end : text.rfind('/', end);
  if (release.empty() || slash == std::string_view::npos) return;
  // A message that misses the file names it too.
  for (std::string_view word : {"not found", "No such file", "cannot", "could not", "FATAL", "ERROR"})
    if (text.contains(word)) return;
  if (module_name(text.substr(slash + 1, end - slash - 1)) == "nvidia") clues.add("module.kernel", release, at);
}

// "nvidia/525.89.02, 6.2.6-zen1-1-zen, x86_64: installed" and, before DKMS 3, "nvidia, 396.45, 4.17.11-200.fc28.x86_64, x86_64: installed"
void read_dkms_status(std::string_view text, std::size_t at, Clues& clues) {
  text = trim(text);
  if (!text.starts_with("nvidia") || text.starts_with("nvidia-fs")) return;
  if (!text.contains(": installed") && !text.contains(": built") && !text.contains(": added")) return;
  std::string release;
  for (std::string_view part : split(text, ','))
    if (std::string word = kernel_release(trim(part)); !word.empty() && word.contains('-')) release = word;
  if (release.empty()) clues.add("module.broken-build", "every kernel", at);
  else if (text.contains(": installed")) clues.add("module.kernel", release, at);
  else clues.add("module.broken-build", release, at);
}

// "nvidia_uvm           1540096  0"
void read_lsmod(std::string_view text, std::size_t at, Clues& clues) {
  text = trim(text);
  if (!text.starts_with("nvidia") && !text.starts_with("nouveau")) return;
  std::size_t end = text.find_first_of(" \t");
  if (end == std::string_view::npos) return;
  std::vector<std::string_view> words;
  for (std::string_view word : split(text.substr(end), ' '))
    if (!trim(word).empty()) words.push_back(trim(word));
  constexpr std::size_t shortest_size = 4;  // no module is smaller than 4096 bytes
  if (words.size() < 2 || !is_digits(words[0]) || words[0].size() < shortest_size) return;
  std::string_view users = words[1];
  if (users.starts_with('-')) users.remove_prefix(1);
  if (is_digits(users)) clues.add("module.loaded", module_name(text.substr(0, end)), at);
}

// "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build ...", also as the module says it when it is loaded
void read_module_version(std::string_view text, std::size_t at, Clues& clues) {
  std::size_t found = text.find("NVIDIA UNIX");
  std::size_t kind = found == std::string_view::npos ? found : text.find("Kernel Module", found);
  if (kind == std::string_view::npos) return;
  clues.add("module.flavour", text.substr(found, kind - found).contains("Open") ? "open" : "proprietary", at);
  for (std::string_view word : split(text.substr(kind), ' ')) {
    std::size_t dot = word.find('.');
    if (dot != 2 && dot != 3) continue;
    if (!std::ranges::all_of(word, [](char c) { return c == '.' || (c >= '0' && c <= '9'); })) continue;
    clues.add("driver.module", word, at);
    return;
  }
}

void read_missing_files(std::string_view text, std::size_t at, Clues& clues) {
  // TensorFlow says "does not exist" in every container and on WSL too: that is another statement.
  if (text.contains("/proc/driver/nvidia") && text.contains("No such file")) clues.add("module.absent", "nvidia", at);
  std::string_view listing = trim(text);
  bool listed = (listing.starts_with("ls:") && !to_lower(listing).contains("permission")) || listing.contains("no matches found");
  if (listed && text.contains("/dev/nvidia")) {
    std::size_t path = text.find("/dev/nvidia");
    std::string_view node = text.substr(path, std::min(text.find_first_of(" '\":\u2019", path), text.size()) - path);
    clues.add("node.missing", node.ends_with('*') ? "/dev/nvidia*" : node, at);
  }
  if (std::size_t end = text.find(" does not exist"); end != std::string_view::npos) {
    std::size_t begin = text.rfind("/dev/nvidia", end);
    if (begin != std::string_view::npos && !text.substr(begin, end - begin).contains(' '))
      clues.add("node.missing", text.substr(begin, end - begin), at);
  }
}

// --- device files ---

struct Listing {
  std::set<std::string> nodes;
  std::size_t last = 0;
};

void close_listing(Listing& listing, Clues& clues) {
  bool cards = listing.nodes.contains("/dev/nvidia0") && listing.nodes.contains("/dev/nvidiactl");
  if (cards && !listing.nodes.contains("/dev/nvidia-uvm")) clues.add("node.missing", "/dev/nvidia-uvm", listing.last);
  listing.nodes.clear();
}

// "crw-rw-rw- 1 root root 195, 255 Nov 24 19:22 /dev/nvidiactl"; the mode of nvidia-caps is closed by design
bool read_node(std::string_view text, std::size_t at, Listing& listing, Clues& clues) {
  text = trim(text);
  std::size_t path = text.rfind(' ');
  if (text.size() < 30 || text[0] != 'c' || path == std::string_view::npos) return false;
  std::string_view mode = text.substr(0, 10), node = text.substr(path + 1);
  if (!std::ranges::all_of(mode.substr(1), [](char c) { return std::string_view("rwxsStT-").contains(c); })) return false;
  std::string name(node.starts_with("/dev/") ? node.substr(5) : node);
  if (!name.starts_with("nvidia") || name.contains("cap")) return false;
  name = "/dev/" + name;
  clues.add("node", name, at);
  listing.nodes.insert(name);
  listing.last = at;
  bool of_cuda = name == "/dev/nvidiactl" || name == "/dev/nvidia-uvm" || is_digits(std::string_view(name).substr(11));
  if (of_cuda && (mode[7] != 'r' || mode[8] != 'w')) clues.add("node.closed", name, at);
  return true;
}

// "/dev/nvidia0  /dev/nvidiactl  /dev/nvidia-modeset": ls without -l
bool read_node_names(std::string_view text, std::size_t at, Listing& listing, Clues& clues) {
  text = trim(text);
  if (!text.starts_with("/dev/nvidia")) return false;
  std::vector<std::string> names;
  std::string blanks = replace_all(std::string(text), "\t", " ");
  for (std::string_view word : split(blanks, ' ')) {
    if (trim(word).empty()) continue;
    if (!word.starts_with("/dev/nvidia") || word.find_first_of(":,=*") != std::string_view::npos) return false;
    names.emplace_back(word);
  }
  for (const std::string& name : names) {
    clues.add("node", name, at);
    listing.nodes.insert(name);
  }
  listing.last = at;
  return true;
}

// --- cards ---

// The names of chips tell what a driver must be like (README of the driver, appendix A; README of the open kernel modules).
void read_chip(std::string_view name, std::size_t at, Clues& clues) {
  struct Chip {
    std::string_view prefix, modules, branch_over;
  };
  constexpr std::array<Chip, 9> chips = {{{"GB1", "open-only", ""},
                                          {"GB2", "open-only", ""},
                                          {"GV1", "proprietary-only", "581"},
                                          {"GP1", "proprietary-only", "581"},
                                          {"GM1", "proprietary-only", "581"},
                                          {"GM2", "proprietary-only", "581"},
                                          {"GK1", "proprietary-only", "471"},
                                          {"GK2", "proprietary-only", "471"},
                                          {"GF1", "proprietary-only", "391"}}};
  for (const Chip& chip : chips) {
    if (!name.starts_with(chip.prefix)) continue;
    clues.add("card.modules", chip.modules, at);
    if (!chip.branch_over.empty()) clues.add("card.branch.over", chip.branch_over, at);
  }
}

// "10de:2b85" anywhere in a line
void read_pci_ids(std::string_view text, std::size_t at, Clues& clues) {
  for (std::string_view vendor : {"10de:", "10DE:"}) {
    std::size_t found = text.find(vendor);
    if (found == std::string_view::npos || found + 9 > text.size()) continue;
    std::string_view digits = text.substr(found + 5, 4);
    if (!std::ranges::all_of(digits, is_hex)) continue;
    const facts::PciDevice* device = facts::find_pci_device(static_cast<std::uint16_t>(parse_int(digits, 16).value_or(0)));
    if (!device) continue;
    if (device->kernel_modules.ends_with("-only")) clues.add("card.modules", device->kernel_modules, at);
    if (auto last = parse_int(device->last_driver_branch)) clues.add("card.branch.over", std::to_string(*last + 1), at);
  }
}

bool is_display(std::string_view text) {
  return text.contains("VGA compatible controller") || text.contains("3D controller") || text.contains("Display controller");
}

// State of a listing of lspci: which device the indented lines belong to.
struct Bus {
  bool in_nvidia_card = false, is_driven = false;
  bool any_display = false, any_nvidia = false;
  std::size_t display_line = 0;
};

void read_lspci(std::string_view text, std::size_t at, Bus& bus, Clues& clues) {
  std::string address = pci_address(text);
  if (!address.empty()) {
    bool nvidia = text.contains("NVIDIA") || text.contains("nVidia") || text.contains("[10de:");
    bus.in_nvidia_card = nvidia && is_display(text);
    bus.is_driven = false;
    bus.any_nvidia |= nvidia;
    if (bus.in_nvidia_card) {
      clues.add("pci.nvidia", address, at);
      if (std::size_t corporation = text.find("Corporation "); corporation != std::string_view::npos)
        read_chip(text.substr(corporation + 12), at, clues);
    } else if (is_display(text)) {
      std::size_t name = text.find(": ");
      std::string_view maker = trim(text.substr(name == std::string_view::npos ? 0 : name + 2));
      // Servers show a chip for the console that says nothing about what computes.
      for (std::string_view ours :
           {"Intel", "AMD", "Advanced Micro", "ATI ", "VMware", "ASPEED", "Matrox", "Cirrus", "Red Hat", "Microsoft", "QXL"})
        if (maker.contains(ours) && !bus.any_display) bus.any_display = true, bus.display_line = at, clues.add("gpu.other", maker, at);
    }
  }
  if (!bus.in_nvidia_card) return;
  constexpr std::string_view in_use = "Kernel driver in use:", modules = "Kernel modules:";
  if (std::size_t found = text.find(in_use); found != std::string_view::npos) {
    bus.is_driven = true;
    clues.add("pci.driver", module_name(trim(text.substr(found + in_use.size()))), at);
  }
  std::size_t list = text.find(modules);
  if (list == std::string_view::npos) return;
  // lspci prints this line last, after the driver where there is one.
  if (!bus.is_driven) clues.add("pci.driver", "none", at);
  bool fits = false;
  for (std::string_view name : split(text.substr(list + modules.size()), ',')) fits |= module_name(trim(name)) == "nvidia";
  clues.add("pci.modules", fits ? "nvidia" : "others", at);
}

// A listing of the bus that was asked for NVIDIA and is empty, or shows display controllers and none of NVIDIA.
void judge_bus(std::span<const Line> lines, const Bus& bus, Clues& clues) {
  if (clues.has("pci.nvidia") || bus.any_nvidia) return;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view command = typed(readable(lines[i]), "lspci");
    if (command.empty()) continue;
    std::string asked = to_lower(command);
    if (!asked.contains("nvidia") && !asked.contains("10de")) {
      // Cards of servers and of laptops are "3D controllers", which a search for VGA does not show.
      bool whole = !asked.contains("-s ") && (!asked.contains("vga") || asked.contains("3d"));
      if (whole && bus.any_display && bus.display_line > i) clues.add("pci.nvidia", "no", bus.display_line);
    } else if (printed_nothing(lines, i)) {
      clues.add("pci.nvidia", "no", i);
    }
  }
}

// --- packages of the distribution ---

void read_driver_package(std::string_view text, std::size_t at, Clues& clues) {
  text = trim(text);
  std::string_view name;
  if (text.starts_with("ii ") || text.starts_with("hi ")) name = trim(text.substr(3));
  else if (text.starts_with("nvidia-driver-") || text.starts_with("kmod-nvidia") || text.starts_with("akmod-nvidia") ||
           text.starts_with("nvidia-kmp"))
    name = text;
  name = name.substr(0, std::min(name.find_first_of(" \t:"), name.size()));
  for (std::string_view start : {"nvidia-driver", "nvidia-dkms", "nvidia-kernel", "nvidia-open", "linux-modules-nvidia", "kmod-nvidia",
                                 "akmod-nvidia", "nvidia-headless", "cuda-drivers", "nvidia-3", "nvidia-gfx", "nvidia-kmp"})
    if (name.starts_with(start)) {
      clues.add("driver.package", name, at);
      return;
    }
}

// "ii  libnvidia-compute-535:amd64  535.183.01-0ubuntu0.22.04.1  amd64 ...": dpkg tells of which release the driver's libraries are.
void read_library_package(std::string_view text, std::size_t at, Clues& clues) {
  text = trim(text);
  if (!text.starts_with("ii ") && !text.starts_with("hi ")) return;
  text = trim(text.substr(3));
  std::string_view name = text.substr(0, std::min(text.find_first_of(" \t:"), text.size()));
  bool is_library = name == "nvidia-smi" || name == "libcuda1" || name == "libnvidia-ml1" || name.starts_with("libnvidia-compute-") ||
                    name.starts_with("nvidia-utils-");
  std::size_t blank = text.find_first_of(" \t");
  if (!is_library || blank == std::string_view::npos) return;
  std::string_view version = trim(text.substr(blank));
  version = version.substr(0, version.find_first_not_of("0123456789."));
  constexpr std::size_t shortest = 6;  // "470.57"; the text's columns may be cut
  if (version.size() >= shortest && version.contains('.')) clues.add("driver.library", version, at);
}

void read_asked_modules(std::span<const Line> lines, std::size_t at, Clues& clues) {
  std::string_view command = typed(readable(lines[at]), "lsmod");
  if (!command.empty() && command.contains("nvidia") && printed_nothing(lines, at)) clues.add("module.absent", "nvidia", at);
}

}  // namespace

void read_machine(std::span<const Line> lines, Clues& clues) {
  Listing listing;
  Bus bus;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = readable(lines[i]);
    if (text.empty()) continue;
    read_running_kernel(lines, i, clues);
    read_module_file(text, i, clues);
    read_dkms_status(text, i, clues);
    read_lsmod(text, i, clues);
    read_module_version(text, i, clues);
    read_missing_files(text, i, clues);
    read_asked_modules(lines, i, clues);
    read_pci_ids(text, i, clues);
    read_lspci(text, i, bus, clues);
    read_driver_package(text, i, clues);
    read_library_package(text, i, clues);
    bool is_node = read_node(text, i, listing, clues) || read_node_names(text, i, listing, clues);
    constexpr std::size_t foreign_lines = 2;  // "total 0", nvidia-caps
    if (!is_node && !listing.nodes.empty() && i > listing.last + foreign_lines) close_listing(listing, clues);
  }
  close_listing(listing, clues);
  judge_bus(lines, bus, clues);
}

}  // namespace gpuwhy
