// Reading through a descriptor that was opened with O_PATH: first look at what it is, then open it. So a device, a FIFO or a socket that
// stands where a file is expected is never opened, and nothing can take the file's place in between. Private to sys/.
//
// Kinds of failure: ENOENT, ENOTDIR inside a path and ESRCH (a process that has ended) are `not_found`, EACCES and EPERM `denied`, ELOOP
// `link_loop`; a folder or a device where a file is expected is `io_error` with its kind in the detail.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

#include "sys/machine.h"

namespace gpuwhy {

class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  ~OwnedFd();
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void release() { fd_ = -1; }  // somebody else closes it

 private:
  int fd_;
};

AccessError access_error(int error_number);
FileInfo file_info(const struct stat& raw);

// A file system object found by name: itself, and how to find it again where /proc is not mounted.
struct FoundPath {
  OwnedFd object;  // O_PATH; the link itself where it was not followed
  OwnedFd folder;  // the folder it was found in; not open: `name` is a path of the process
  std::string name;
  struct stat info {};
};

Access<std::string> read_whole_file(const FoundPath& found, std::size_t limit);
Access<std::unique_ptr<File>> open_regular_file(const FoundPath& found);
Access<std::vector<std::string>> list_folder(const FoundPath& found);
Access<std::string> read_link_text(int link_fd);  // of a link opened with O_PATH | O_NOFOLLOW

}  // namespace gpuwhy
