#include "probes/device_nodes/setuid.h"

#include <optional>
#include <string>

#include "formats/procfs/procfs.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

constexpr std::uint32_t set_uid = 04000, executable_by_all = 00001;

Fact<bool> honours_set_uid(Machine& machine, const std::string& program, const Evidence& evidence) {
  const std::string status_path = "/proc/self/status", mounts_path = "/proc/self/mountinfo";
  auto status = machine.read(status_path);
  if (!status)
    return Fact<bool>::unknown(why_of(status.error().problem), status_path + ": " + printable(status.error().detail),
                               evidence_at(status_path));
  // Kernels before 4.10 do not print the field.
  if (procfs::find_status_field(*status, "NoNewPrivs") == "1") return Fact<bool>::known(false, evidence_at(status_path, "NoNewPrivs: 1"));
  auto mountinfo = machine.read(mounts_path, 16 << 20);
  if (!mountinfo)
    return Fact<bool>::unknown(why_of(mountinfo.error().problem), mounts_path + ": " + printable(mountinfo.error().detail),
                               evidence_at(mounts_path));
  auto real = machine.real_path(program);
  if (!real)
    return Fact<bool>::unknown(why_of(real.error().problem), program + ": " + printable(real.error().detail), evidence_at(program));
  auto mounts = procfs::parse_mountinfo(*mountinfo);
  const procfs::Mount* mount = procfs::find_mount_of(mounts, *real);
  if (!mount) return malformed<bool>(mounts_path, "no mount covers " + *real);
  if (procfs::has_option(mount->options, "nosuid"))
    return Fact<bool>::known(false, evidence_at(mounts_path, mount->mount_point + " " + mount->options));
  return Fact<bool>::known(true, evidence);
}

}  // namespace

Fact<bool> find_setuid_modprobe(Machine& machine) {
  Evidence last = evidence_at("/usr/bin/nvidia-modprobe", "not installed");
  std::optional<Fact<bool>> doubt;
  for (const std::string path : {"/usr/bin/nvidia-modprobe", "/usr/local/bin/nvidia-modprobe"}) {
    auto info = machine.stat(path);
    if (!info) {
      if (!is_missing(info.error()) && !doubt) doubt = failed<bool>(info.error(), path);
      continue;
    }
    char mode[8];
    for (int i = 0; i < 4; ++i) mode[i] = static_cast<char>('0' + (info->mode >> (9 - 3 * i) & 7));
    last = evidence_at(path, "mode " + std::string(mode, 4) + ", owner " + std::to_string(info->uid));
    if (info->kind != FileKind::regular || !(info->mode & set_uid) || !(info->mode & executable_by_all) || info->uid != 0) continue;
    Fact<bool> honoured = honours_set_uid(machine, path, last);
    if (!honoured.is(false)) return honoured;
    last = honoured.evidence();
  }
  return doubt ? *doubt : Fact<bool>::known(false, last);
}

}  // namespace gpuwhy::probes
