// The files of /proc/PID. Formats: proc(5) and Documentation/filesystems/proc.rst of the Linux source. Lines that do not have the form are
// skipped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy::process_files {

// /proc/PID/maps: files with code (mapped executable), each path once, in the order of the file. Device files, memfds and System V segments
// are left out. At most 8192.
std::vector<MappedFile> parse_maps(Bytes bytes);

// /proc/PID/environ: NAME=VALUE, each ended by a zero byte. At most 16384.
std::vector<Variable> parse_environment(Bytes bytes);

// /proc/PID/cmdline: arguments, each ended by a zero byte; an empty one at the end of a rewritten title is dropped. At most 256.
std::vector<std::string> parse_arguments(Bytes bytes);

struct Stat {
  char state = '?';  // R, S, D, Z (ended, not yet collected), ...
  bool is_kernel_thread = false;
  std::uint64_t start_ticks = 0;  // after boot, in hundredths of a second (USER_HZ is 100 on x86-64 and arm64)
  bool operator==(const Stat&) const = default;
};
// /proc/PID/stat. The name in it stands in parentheses and may hold anything, so what follows its last ')' is read.
std::optional<Stat> parse_stat(Bytes bytes);

// The line btime of /proc/stat: when the kernel started, in seconds since 1970.
std::optional<std::int64_t> parse_boot_time(Bytes bytes);

// "/usr/bin/python3.12" of "/usr/bin/python3.12 (deleted)"; a file whose own name ends so reads the same and is taken for deleted.
MappedFile without_deleted_mark(std::string path);

}  // namespace gpuwhy::process_files
