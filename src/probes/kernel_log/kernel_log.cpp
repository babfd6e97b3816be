#include "probes/kernel_log/kernel_log.h"

#include <algorithm>
#include <array>

#include "formats/kernel_log/kernel_log.h"
#include "probes/host/access.h"
#include "probes/platform/container.h"

namespace gpuwhy {
namespace {

using namespace probes;

constexpr std::size_t lines_at_most = 200;
constexpr std::uint64_t tail_at_most = 4 << 20;  // bytes of a file

constexpr std::string_view ring_buffer = "kernel ring buffer";
// Debian and Ubuntu: rsyslog's file, the ring buffer at the start of the system; Red Hat and SUSE: everything in one file.
constexpr std::array<std::string_view, 3> log_files = {"/var/log/kern.log", "/var/log/dmesg", "/var/log/messages"};

// The end of a file, from a whole line on.
Access<std::string> read_tail(Machine& machine, const std::string& path) {
  auto file = machine.open(path);
  if (!file) return std::unexpected(file.error());
  std::uint64_t size = (*file)->size(), start = size > tail_at_most ? size - tail_at_most : 0;
  auto text = (*file)->read_at(start, static_cast<std::size_t>(size - start));
  if (!text || start == 0) return text;
  std::size_t end = text->find('\n');
  return end == std::string::npos ? std::string() : text->substr(end + 1);
}

std::vector<std::string> card_addresses(const Snapshot& snapshot) {
  std::vector<std::string> addresses;
  constexpr std::uint32_t nvidia = 0x10de;
  if (snapshot.pci.display.is_known())
    for (const PciFunction& function : *snapshot.pci.display)
      if (function.vendor == nvidia) addresses.push_back(function.address);
  return addresses;
}

void take_lines(std::string_view text, std::string source, Snapshot& snapshot) {
  std::vector<KernelLogLine> found;
  for (kernel_log::Line& line : kernel_log::parse_lines(text, card_addresses(snapshot), lines_at_most))
    found.push_back({std::move(line.time), std::move(line.text)});
  Evidence evidence{Source::log, source, std::to_string(found.size()) + " lines"};
  snapshot.kernel_log = {Fact<std::vector<KernelLogLine>>::known(std::move(found), std::move(evidence)), std::move(source)};
}

}  // namespace

void probe_kernel_log(Machine& machine, Snapshot& snapshot) {
  using Lines = Fact<std::vector<KernelLogLine>>;
  snapshot.kernel_log.source = ring_buffer;
  const Evidence evidence{Source::log, std::string(ring_buffer), {}};
  if (machine.basis() == Machine::Basis::root_folder) {
    snapshot.kernel_log.lines = not_probed<std::vector<KernelLogLine>>(no_running_kernel, evidence);
    return;
  }
  auto ring = machine.kernel_log();
  if (ring) return take_lines(*ring, std::string(ring_buffer), snapshot);
  bool of_another_kernel = find_container(machine).is_known();  // the files of an image
  for (std::string_view path : log_files)
    if (auto text = read_tail(machine, std::string(path)); !of_another_kernel && text && !text->empty())
      return take_lines(*text, std::string(path), snapshot);
  snapshot.kernel_log.lines =
      Lines::unknown(why_of(ring.error().problem), std::string(ring_buffer) + ": " + printable(ring.error().detail), evidence);
}

}  // namespace gpuwhy
