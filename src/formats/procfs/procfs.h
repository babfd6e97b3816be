// Small files of /proc. Formats: proc(5) and Documentation/filesystems/proc.rst of the Linux source; /proc/driver/nvidia/version:
// nv-procfs.c of NVIDIA's open kernel modules. Lines that do not have the form are skipped: a file that was cut loses its last line,
// nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::procfs {

// One line of /proc/self/mountinfo, with its octal escapes undone.
struct Mount {
  std::string root;  // which folder or file of the file system is mounted
  std::string mount_point;
  std::string options;        // of this mount: "ro,nosuid,nodev"
  std::string type;           // "overlay"
  std::string source;         // "/dev/vda"
  std::string super_options;  // of the file system: "rw,lowerdir=..."
  bool operator==(const Mount&) const = default;
};

std::vector<Mount> parse_mountinfo(Bytes bytes);
bool has_option(std::string_view options, std::string_view option);
// The mount that a path (links followed) lies on; of several at one place the last one, which hides the others. nullptr: none.
const Mount* find_mount_of(const std::vector<Mount>& mounts, std::string_view path);

// Names of /proc/modules, in its order.
std::vector<std::string> parse_modules(Bytes bytes);

// The part "Character devices:" of /proc/devices: name -> major number. Nothing when that part is missing.
std::optional<std::map<std::string, std::int64_t>> parse_character_majors(Bytes bytes);

// The value of a line "Name:\tvalue" of /proc/PID/status.
std::optional<std::string> find_status_field(Bytes bytes, std::string_view name);

// The third fields of /proc/PID/cgroup: "/docker/3f2a...", "/" for none.
std::vector<std::string> parse_cgroup_paths(Bytes bytes);

// The parameters of /proc/cmdline; double quotes keep blanks together and are dropped.
std::vector<std::string> parse_command_line(Bytes bytes);

struct NvidiaVersion {
  std::string version;   // "570.124.06"
  bool is_open = false;  // "Open Kernel Module"
  bool operator==(const NvidiaVersion&) const = default;
};

// The line "NVRM version:" of /proc/driver/nvidia/version; nothing when it is missing or names no version.
std::optional<NvidiaVersion> parse_nvidia_version(Bytes bytes);

}  // namespace gpuwhy::procfs
