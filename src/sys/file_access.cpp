#include "sys/file_access.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gpuwhy {
namespace {

constexpr std::size_t chunk = 256 * 1024;
constexpr std::size_t entry_limit = 1'000'000;  // names of one folder
constexpr std::size_t link_limit = 64 * 1024;   // bytes of a link's text; Linux stops at 4096

FileKind file_kind(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::regular;
  if (S_ISDIR(mode)) return FileKind::directory;
  if (S_ISLNK(mode)) return FileKind::symlink;
  if (S_ISCHR(mode)) return FileKind::character_device;
  if (S_ISBLK(mode)) return FileKind::block_device;
  return FileKind::other;
}

std::unexpected<AccessError> refused(mode_t mode) {
  const char* what = S_ISDIR(mode)    ? "is a folder"
                     : S_ISCHR(mode)  ? "is a character device, not opened"
                     : S_ISBLK(mode)  ? "is a block device, not opened"
                     : S_ISFIFO(mode) ? "is a FIFO, not opened"
                     : S_ISSOCK(mode) ? "is a socket, not opened"
                                      : "is not a regular file";
  return std::unexpected(AccessError{AccessProblem::io_error, what});
}

// Opens what O_PATH has found. /proc/self/fd leads to exactly that object; without /proc its name is opened and must be the same object.
Access<OwnedFd> reopen(const FoundPath& found, int flags) {
  flags |= O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  OwnedFd fd(::open(("/proc/self/fd/" + std::to_string(found.object.get())).c_str(), flags));
  if (fd.is_open()) return fd;
  if (errno != ENOENT && errno != ENOTDIR) return std::unexpected(access_error(errno));
  if (found.folder.is_open()) fd = OwnedFd(::openat(found.folder.get(), found.name.c_str(), flags | O_NOFOLLOW));
  else fd = OwnedFd(::open(found.name.c_str(), flags));
  if (!fd.is_open()) return std::unexpected(access_error(errno));
  struct stat now {};
  if (::fstat(fd.get(), &now) != 0) return std::unexpected(access_error(errno));
  if (now.st_dev != found.info.st_dev || now.st_ino != found.info.st_ino) return std::unexpected(access_error(ENOENT));  // replaced
  return fd;
}

// Appends up to `length` bytes from `offset`; memory grows only with what really comes.
Access<std::string> read_range(int fd, std::uint64_t offset, std::size_t length) {
  std::string bytes;
  while (bytes.size() < length) {
    std::size_t before = bytes.size();
    bytes.resize(before + std::min(chunk, length - before));
    ssize_t got = ::pread(fd, bytes.data() + before, bytes.size() - before, static_cast<off_t>(offset + before));
    int problem = errno;
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && problem == EINTR) continue;
    if (got < 0) return std::unexpected(access_error(problem));
    if (got == 0) break;
  }
  return bytes;
}

class RegularFile : public File {
 public:
  RegularFile(OwnedFd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Access<std::string> read_at(std::uint64_t offset, std::size_t length) override {
    if (offset > static_cast<std::uint64_t>(INT64_MAX) - length) return std::string();
    return read_range(fd_.get(), offset, length);
  }

 private:
  OwnedFd fd_;
  std::uint64_t size_;
};

}  // namespace

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) ::close(fd_);
}

AccessError access_error(int error_number) {
  AccessProblem problem = AccessProblem::io_error;
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
      problem = AccessProblem::not_found;
      break;
    case EACCES:
    case EPERM:
      problem = AccessProblem::denied;
      break;
    case ELOOP:
      problem = AccessProblem::link_loop;
      break;
    case EFBIG:
    case EOVERFLOW:
      problem = AccessProblem::too_large;
      break;
    default:
      break;
  }
  return {problem, std::strerror(error_number)};
}

FileInfo file_info(const struct stat& raw) {
  return {.kind = file_kind(raw.st_mode),
          .size = static_cast<std::uint64_t>(raw.st_size),
          .mode = raw.st_mode & 07777u,
          .uid = raw.st_uid,
          .gid = raw.st_gid,
          .device = raw.st_dev,
          .inode = raw.st_ino,
          .device_major = major(raw.st_rdev),
          .device_minor = minor(raw.st_rdev),
          .modified = raw.st_mtim.tv_sec};
}

Access<std::unique_ptr<File>> open_regular_file(const FoundPath& found) {
  if (!S_ISREG(found.info.st_mode)) return refused(found.info.st_mode);
  auto fd = reopen(found, 0);
  if (!fd) return std::unexpected(fd.error());
  return std::make_unique<RegularFile>(std::move(*fd), static_cast<std::uint64_t>(found.info.st_size));
}

Access<std::string> read_whole_file(const FoundPath& found, std::size_t limit) {
  auto too_large = [&] { return std::unexpected(AccessError{AccessProblem::too_large, "more than " + std::to_string(limit) + " bytes"}); };
  if (!S_ISREG(found.info.st_mode)) return refused(found.info.st_mode);
  if (found.info.st_size > 0 && static_cast<std::uint64_t>(found.info.st_size) > limit && found.info.st_blocks > 0) return too_large();
  auto fd = reopen(found, 0);
  if (!fd) return std::unexpected(fd.error());
  auto bytes = read_range(fd->get(), 0, limit == SIZE_MAX ? limit : limit + 1);
  if (bytes && bytes->size() > limit) return too_large();
  return bytes;
}

Access<std::vector<std::string>> list_folder(const FoundPath& found) {
  if (!S_ISDIR(found.info.st_mode)) return std::unexpected(AccessError{AccessProblem::not_a_directory, std::strerror(ENOTDIR)});
  auto fd = reopen(found, O_DIRECTORY);
  if (!fd) return std::unexpected(fd.error());
  DIR* folder = ::fdopendir(fd->get());
  if (!folder) return std::unexpected(access_error(errno));
  fd->release();  // closedir closes it
  std::vector<std::string> names;
  int problem = 0;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder);
    problem = errno;
    if (!entry || names.size() > entry_limit) break;
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(folder);
  if (problem != 0) return std::unexpected(access_error(problem));
  if (names.size() > entry_limit) return std::unexpected(AccessError{AccessProblem::too_large, "more than a million names"});
  std::ranges::sort(names);
  return names;
}

Access<std::string> read_link_text(int link_fd) {
  for (std::size_t size = 4096; size <= link_limit; size *= 4) {
    std::string text(size, '\0');
    ssize_t length = ::readlinkat(link_fd, "", text.data(), text.size());
    if (length < 0) return std::unexpected(access_error(errno));
    if (static_cast<std::size_t>(length) == size) continue;  // perhaps cut
    text.resize(static_cast<std::size_t>(length));
    return text;
  }
  return std::unexpected(AccessError{AccessProblem::too_large, "a link of more than 64 kB"});
}

}  // namespace gpuwhy
