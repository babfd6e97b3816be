// The bytes of a program, made executable without leaving anything behind: a memfd, or a private temporary file where memory may not be
// executed (vm.memfd_noexec, some security modules).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gpuwhy {

class ProgramImage {
 public:
  enum class Kind { memory, file };
  static Result<ProgramImage> create(Kind kind, std::string_view bytes);

  ProgramImage(ProgramImage&& other) noexcept;
  ProgramImage& operator=(ProgramImage&&) = delete;
  ~ProgramImage();  // closes, and removes the file with its folder

  int fd() const { return fd_; }  // open for reading, close-on-exec
  const std::string& path() const {
    return path_;
  }  // of a file; empty for memory, whose name is /proc/self/fd/N in the process that holds it

 private:
  ProgramImage() = default;
  int fd_ = -1;
  std::string folder_, path_;
};

}  // namespace gpuwhy
