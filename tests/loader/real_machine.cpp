#include "loader/real_machine.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace gpuwhy::testing {
namespace {

AccessError error_of(int number) {
  AccessError error{AccessProblem::io_error, std::strerror(number)};
  if (number == ENOENT) error.problem = AccessProblem::not_found;
  if (number == EACCES || number == EPERM) error.problem = AccessProblem::denied;
  if (number == ENOTDIR) error.problem = AccessProblem::not_a_directory;
  if (number == ELOOP) error.problem = AccessProblem::link_loop;
  return error;
}

FileInfo info_of(const struct stat& raw) {
  FileInfo info;
  if (S_ISREG(raw.st_mode)) info.kind = FileKind::regular;
  if (S_ISDIR(raw.st_mode)) info.kind = FileKind::directory;
  if (S_ISLNK(raw.st_mode)) info.kind = FileKind::symlink;
  if (S_ISCHR(raw.st_mode)) info.kind = FileKind::character_device;
  if (S_ISBLK(raw.st_mode)) info.kind = FileKind::block_device;
  info.size = static_cast<std::uint64_t>(raw.st_size);
  info.mode = raw.st_mode & 07777;
  info.device = raw.st_dev;
  info.inode = raw.st_ino;
  return info;
}

class RealFile final : public File {
 public:
  RealFile(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  ~RealFile() override { ::close(fd_); }
  RealFile(const RealFile&) = delete;
  std::uint64_t size() const override { return size_; }
  Access<std::string> read_at(std::uint64_t offset, std::size_t length) override {
    if (size_ > 0)
      length = offset >= size_ ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(length, size_ - offset));  // not for /proc
    std::string bytes(length, '\0');
    std::size_t done = 0;
    while (done < length) {
      ssize_t got = ::pread(fd_, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
      if (got < 0) return std::unexpected(error_of(errno));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
  }

 private:
  int fd_;
  std::uint64_t size_;
};

}  // namespace

const std::string& RealMachine::place_of(const std::string& path) const {
  auto at = replaced_.find(path);
  return at == replaced_.end() ? path : at->second;
}

Access<FileInfo> RealMachine::stat(const std::string& path) {
  struct stat raw {};
  if (::stat(place_of(path).c_str(), &raw) != 0) return std::unexpected(error_of(errno));
  return info_of(raw);
}

Access<FileInfo> RealMachine::lstat(const std::string& path) {
  struct stat raw {};
  if (::lstat(place_of(path).c_str(), &raw) != 0) return std::unexpected(error_of(errno));
  return info_of(raw);
}

Access<std::string> RealMachine::read_link(const std::string& path) {
  char text[PATH_MAX];
  ssize_t length = ::readlink(path.c_str(), text, sizeof text);
  if (length < 0) return std::unexpected(error_of(errno));
  return std::string(text, static_cast<std::size_t>(length));
}

Access<std::string> RealMachine::real_path(const std::string& path) {
  char text[PATH_MAX];
  if (!::realpath(path.c_str(), text)) return std::unexpected(error_of(errno));
  return std::string(text);
}

Access<std::vector<std::string>> RealMachine::list(const std::string& folder) {
  DIR* handle = ::opendir(folder.c_str());
  if (!handle) return std::unexpected(error_of(errno));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(handle)) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  ::closedir(handle);
  std::ranges::sort(names);
  return names;
}

Access<std::unique_ptr<File>> RealMachine::open(const std::string& path) {
  const std::string& place = place_of(path);
  struct stat raw {};
  if (::stat(place.c_str(), &raw) != 0) return std::unexpected(error_of(errno));
  if (!S_ISREG(raw.st_mode)) return std::unexpected(AccessError{AccessProblem::io_error, "not a regular file"});
  int fd = ::open(place.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(error_of(errno));
  return std::make_unique<RealFile>(fd, static_cast<std::uint64_t>(raw.st_size));
}

Access<std::string> RealMachine::read(const std::string& path, std::size_t limit) {
  auto file = open(path);
  if (!file) return std::unexpected(file.error());
  auto bytes = (*file)->read_at(0, limit + 1);
  if (bytes && bytes->size() > limit) return std::unexpected(AccessError{AccessProblem::too_large, "too large"});
  return bytes;
}

}  // namespace gpuwhy::testing
