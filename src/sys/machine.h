// The one interface between gpuwhy and a machine. Three kinds stand behind it: the live machine, another root folder (an unpacked image;
// nothing is executed there and links never lead out of it), and a machine invented by a test. A read that fails says why: "it is not
// there" and "I could not look" are different answers and stay different all the way up.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sys/probe_protocol.h"

namespace gpuwhy {

enum class AccessProblem { not_found, denied, not_a_directory, link_loop, too_large, io_error };

struct AccessError {
  AccessProblem problem = AccessProblem::io_error;
  std::string detail;  // strerror() or the like, one line
};

template <class T>
using Access = std::expected<T, AccessError>;

enum class FileKind { regular, directory, symlink, character_device, block_device, other };

struct FileInfo {
  FileKind kind = FileKind::other;
  std::uint64_t size = 0;  // bytes
  std::uint32_t mode = 0;  // permission bits with set-uid, set-gid and sticky: 07777
  std::uint32_t uid = 0, gid = 0;
  std::uint64_t device = 0, inode = 0;               // identity of the file
  std::uint32_t device_major = 0, device_minor = 0;  // of a device node
  std::int64_t modified = 0;                         // seconds since 1970
};

// An open regular file, for readers that hop through large files.
class File {
 public:
  virtual ~File() = default;
  virtual std::uint64_t size() const = 0;
  // Up to `length` bytes at `offset`; fewer only at the end of the file.
  virtual Access<std::string> read_at(std::uint64_t offset, std::size_t length) = 0;
};

struct Identity {
  std::uint32_t uid = 0;
  std::vector<std::uint32_t> groups;  // effective and supplementary
  std::string host_name;
  std::string kernel_release;  // uname -r
  std::string architecture;    // uname -m
  std::string sudo_user;       // who called sudo, empty when nobody did
};

struct Variable {
  std::string name, value;
};

class Machine {
 public:
  virtual ~Machine() = default;

  enum class Basis { live, root_folder, invented };
  virtual Basis basis() const = 0;

  virtual Access<FileInfo> stat(const std::string& path) = 0;   // follows links
  virtual Access<FileInfo> lstat(const std::string& path) = 0;  // does not
  virtual Access<std::string> read_link(const std::string& path) = 0;
  virtual Access<std::string> real_path(const std::string& path) = 0;
  virtual Access<std::vector<std::string>> list(const std::string& folder) = 0;  // names, sorted, without "." and ".."
  virtual Access<std::unique_ptr<File>> open(const std::string& path) = 0;       // regular files only

  // The whole of a small file (also of /proc and /sys, whose size reads as 0); `too_large` past the limit.
  virtual Access<std::string> read(const std::string& path, std::size_t limit = 1 << 20) = 0;

  // The kernel's ring buffer, one message a line ("<4>[   12.345678] NVRM: ..."), oldest first; the newest part when it is larger than
  // 16 MiB.
  virtual Access<std::string> kernel_log() = 0;

  virtual const Identity* identity() const = 0;  // nullptr: this machine has none (a root folder)
  virtual const std::vector<Variable>& environment() const = 0;

  // Asks the driver in a child with a deadline (probe/probe.c). A machine that cannot run anything answers `not_run`.
  virtual ProbeRun run_probe(const ProbeRequest& request) = 0;

  bool exists(const std::string& path) { return stat(path).has_value(); }
  bool is_folder(const std::string& path) {
    auto info = stat(path);
    return info && info->kind == FileKind::directory;
  }
  std::string variable(std::string_view name) const;  // "" when not set
  bool has_variable(std::string_view name) const;
};

}  // namespace gpuwhy
