// The file system of the machine that the tests run on, with an environment of the test's choice. Only what the Python probes ask for.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include <algorithm>

#include "sys/machine.h"

namespace gpuwhy::testing {

class RealFiles final : public Machine {
 public:
  explicit RealFiles(std::vector<Variable> environment) : environment_(std::move(environment)) { identity_.uid = ::getuid(); }

  Basis basis() const override { return Basis::live; }
  Access<FileInfo> stat(const std::string& path) override {
    struct ::stat status;
    return ::stat(path.c_str(), &status) == 0 ? Access<FileInfo>(info(status)) : failure();
  }
  Access<FileInfo> lstat(const std::string& path) override {
    struct ::stat status;
    return ::lstat(path.c_str(), &status) == 0 ? Access<FileInfo>(info(status)) : failure();
  }
  Access<std::string> read_link(const std::string& path) override {
    char target[PATH_MAX];
    ssize_t length = ::readlink(path.c_str(), target, sizeof target);
    if (length < 0) return failure();
    return std::string(target, static_cast<std::size_t>(length));
  }
  Access<std::string> real_path(const std::string& path) override {
    char resolved[PATH_MAX];
    if (!::realpath(path.c_str(), resolved)) return failure();
    return std::string(resolved);
  }
  Access<std::vector<std::string>> list(const std::string& folder) override {
    DIR* open = ::opendir(folder.c_str());
    if (!open) return failure();
    std::vector<std::string> names;
    while (dirent* entry = ::readdir(open))
      if (std::string name = entry->d_name; name != "." && name != "..") names.push_back(std::move(name));
    ::closedir(open);
    std::ranges::sort(names);
    return names;
  }
  Access<std::unique_ptr<File>> open(const std::string& path) override {
    int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return failure();
    return std::make_unique<RealFile>(descriptor);
  }
  Access<std::string> read(const std::string& path, std::size_t limit) override {
    auto file = open(path);
    if (!file) return std::unexpected(file.error());
    auto bytes = (*file)->read_at(0, limit + 1);
    if (bytes && bytes->size() > limit) return std::unexpected(AccessError{AccessProblem::too_large, "too large"});
    return bytes;
  }
  Access<std::string> kernel_log() override { return std::unexpected(AccessError{AccessProblem::denied, "no kernel log"}); }
  const Identity* identity() const override { return &identity_; }
  const std::vector<Variable>& environment() const override { return environment_; }
  ProbeRun run_probe(const ProbeRequest&) override { return {}; }

 private:
  class RealFile final : public File {
   public:
    explicit RealFile(int descriptor) : descriptor_(descriptor) {}
    RealFile(const RealFile&) = delete;
    ~RealFile() override { ::close(descriptor_); }
    std::uint64_t size() const override {
      struct ::stat status;
      return ::fstat(descriptor_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
    }
    Access<std::string> read_at(std::uint64_t offset, std::size_t length) override {
      std::string bytes(std::min<std::uint64_t>(length, size() > offset ? size() - offset : 0), '\0');
      ssize_t got = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (got < 0) return failure();
      bytes.resize(static_cast<std::size_t>(got));
      return bytes;
    }

   private:
    int descriptor_;
  };

  static std::unexpected<AccessError> failure() {
    AccessProblem problem = errno == ENOENT    ? AccessProblem::not_found
                            : errno == EACCES  ? AccessProblem::denied
                            : errno == ENOTDIR ? AccessProblem::not_a_directory
                            : errno == ELOOP   ? AccessProblem::link_loop
                                               : AccessProblem::io_error;
    return std::unexpected(AccessError{problem, std::strerror(errno)});
  }
  static FileInfo info(const struct ::stat& status) {
    FileInfo info;
    info.kind = S_ISREG(status.st_mode)   ? FileKind::regular
                : S_ISDIR(status.st_mode) ? FileKind::directory
                : S_ISLNK(status.st_mode) ? FileKind::symlink
                                          : FileKind::other;
    info.size = static_cast<std::uint64_t>(status.st_size);
    info.mode = status.st_mode & 07777;
    info.device = status.st_dev;
    info.inode = status.st_ino;
    return info;
  }

  std::vector<Variable> environment_;
  Identity identity_;
};

}  // namespace gpuwhy::testing
