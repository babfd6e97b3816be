#include "sys/byte_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gpuwhy {

ByteStream::~ByteStream() {
  if (descriptor_ > STDIN_FILENO) close(descriptor_);
}

std::int64_t ByteStream::read(char* buffer, std::size_t size) const {
  for (;;) {
    ssize_t got = ::read(descriptor_, buffer, size);
    if (got >= 0 || errno != EINTR) return got;
  }
}

Result<ByteStream> open_byte_stream(const std::string& name) {
  if (name == "-") return ByteStream(STDIN_FILENO);
  int descriptor = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(std::strerror(errno));
  struct stat info {};
  if (fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) {
    close(descriptor);
    return fail("it is a folder");
  }
  return ByteStream(descriptor);
}

}  // namespace gpuwhy
