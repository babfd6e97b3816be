#include "sys/program_image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace gpuwhy {
namespace {

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool allows_execution(const char* folder) {
  struct statvfs info {};
  return ::statvfs(folder, &info) == 0 && (info.f_flag & ST_NOEXEC) == 0 && (info.f_flag & ST_RDONLY) == 0;
}

// MFD_EXEC since Linux 6.3; without it the kernel logs a warning and may refuse to execute the file. Older kernels refuse the flag.
int create_memory_file() {
  constexpr unsigned close_on_exec = 0x1, executable = 0x10;
  long fd = ::syscall(SYS_memfd_create, "gpuwhy-probe", close_on_exec | executable);
  if (fd < 0 && errno == EINVAL) fd = ::syscall(SYS_memfd_create, "gpuwhy-probe", close_on_exec);
  return static_cast<int>(fd);
}

// A writable descriptor of a program keeps it from being executed (ETXTBSY), so the file is written, closed and opened again.
int write_file(const std::string& path, std::string_view bytes) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0700);
  if (fd < 0) return -1;
  bool complete = write_all(fd, bytes);
  int problem = errno;
  complete = ::close(fd) == 0 && complete;
  if (!complete) {
    errno = problem ? problem : EIO;
    return -1;
  }
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

}  // namespace

ProgramImage::ProgramImage(ProgramImage&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), folder_(std::exchange(other.folder_, {})), path_(std::exchange(other.path_, {})) {}

ProgramImage::~ProgramImage() {
  if (fd_ >= 0) ::close(fd_);
  if (!path_.empty()) ::unlink(path_.c_str());
  if (!folder_.empty()) ::rmdir(folder_.c_str());
}

Result<ProgramImage> ProgramImage::create(Kind kind, std::string_view bytes) {
  ProgramImage image;
  if (kind == Kind::memory) {
    image.fd_ = create_memory_file();
    if (image.fd_ < 0 || !write_all(image.fd_, bytes)) return fail(std::string("memfd_create: ") + std::strerror(errno));
    return image;
  }
  const char* temporary = std::getenv("TMPDIR");
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::string problem = "no folder that allows execution";
  for (const char* folder : {temporary, "/tmp", "/var/tmp", runtime, "/dev/shm"}) {
    if (!folder || folder[0] != '/' || !allows_execution(folder)) continue;
    std::string name = std::string(folder) + "/gpuwhy-XXXXXX";
    if (!::mkdtemp(name.data())) {
      problem = name + ": " + std::strerror(errno);
      continue;
    }
    image.folder_ = name;
    image.path_ = name + "/probe";
    image.fd_ = write_file(image.path_, bytes);
    if (image.fd_ >= 0) return image;
    problem = image.path_ + ": " + std::strerror(errno);
    ::unlink(image.path_.c_str());
    ::rmdir(name.c_str());
    image.path_.clear();
    image.folder_.clear();
  }
  return fail(problem);
}

}  // namespace gpuwhy
